#include "stream/settings_codec.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "base/time.h"
#include "safety/v1/settings.pb.h"

namespace lagesbild::stream {
namespace {

namespace pb = safety::v1;

constexpr double kMetresMax = 1e9;
constexpr int64_t kEnterMax = int64_t{1} << 30;

uint32_t PlusOne(int index) { return static_cast<uint32_t>(index + 1); }
int MinusOne(uint32_t stored) { return static_cast<int>(stored) - 1; }

void PutRule(const Rule& r, pb::RuleSetting* m) {
  m->set_id(r.id);
  m->set_type(static_cast<pb::RuleSetting::Type>(r.type));
  m->set_what(static_cast<pb::RuleSetting::What>(r.of.what));
  m->set_of(r.of.name);
  m->set_level(r.level);
  m->set_window_ms(r.window_ms);
  m->set_enter(r.enter);
  m->set_exit(r.exit);
  m->set_hold_ms(r.hold_ms);
  m->set_no_reraise_ms(r.no_reraise_ms);
  m->set_max_age_ms(r.max_age_ms);
  m->set_for_ms(r.for_ms);
  m->set_severity(static_cast<uint32_t>(r.severity));
}

StatusOr<Rule> GetRule(const pb::RuleSetting& m) {
  if (m.type() != pb::RuleSetting::TYPE_SINGLE && m.type() != pb::RuleSetting::TYPE_COUNT) {
    return InvalidArgument("settings: a rule of a type that this program does not know");
  }
  if (m.what() < 0 || m.what() > pb::RuleSetting::WHAT_FAMILY || m.severity() < 1 ||
      m.severity() > 4) {
    return InvalidArgument("settings: a rule that this program cannot read");
  }
  Rule r;
  r.id = m.id();
  r.type = static_cast<RuleType>(m.type());
  r.of.what = static_cast<Of::What>(m.what());
  r.of.name = m.of();
  r.level = m.level();
  r.window_ms = m.window_ms();
  r.enter = m.enter();
  r.exit = m.exit();
  r.hold_ms = m.hold_ms();
  r.no_reraise_ms = m.no_reraise_ms();
  r.max_age_ms = m.max_age_ms();
  r.for_ms = m.for_ms();
  r.severity = static_cast<Severity>(m.severity());
  return r;
}

void PutNames(const Settings& s, pb::Settings& m) {
  for (const Family& f : s.families) {
    pb::FamilySetting* to = m.add_families();
    to->set_name(f.name);
    to->set_parent_plus_one(PlusOne(f.parent));
  }
  for (const IncidentClass& c : s.classes) {
    pb::ClassSetting* to = m.add_classes();
    to->set_name(c.name);
    to->set_family_plus_one(PlusOne(c.family));
    to->set_grave(c.grave);
    to->set_merge_ms(c.merge_ms);
    to->set_merge_metres(c.merge_metres);
  }
  for (const Source& source : s.sources) {
    pb::SourceSetting* to = m.add_sources();
    to->set_org(source.org);
    to->set_kind(static_cast<uint32_t>(source.kind));
    to->set_expected_gap_ms(source.expected_gap_ms);
    to->set_topic(source.topic);
    for (const std::string& name : source.feeds) to->add_feeds(name);
  }
  for (const Area& a : s.areas) {
    pb::AreaSetting* to = m.add_areas();
    to->set_id(a.id);
    to->set_name(a.name);
    to->set_level(a.level);
    to->set_parent_plus_one(PlusOne(a.parent));
    to->set_radius_m(a.radius_m);
  }
}

Status GetNames(const pb::Settings& m, Settings& s) {
  const Status dangling = InvalidArgument("settings: an index without an entry");
  for (const auto& f : m.families()) {
    if (f.parent_plus_one() > static_cast<uint32_t>(m.families_size())) return dangling;
    s.families.push_back({f.name(), MinusOne(f.parent_plus_one())});
  }
  for (const auto& c : m.classes()) {
    if (c.family_plus_one() > static_cast<uint32_t>(m.families_size())) return dangling;
    s.classes.push_back(
        {c.name(), MinusOne(c.family_plus_one()), c.grave(), c.merge_ms(), c.merge_metres()});
  }
  for (const auto& from : m.sources()) {
    if (from.kind() >= kKindCount) return InvalidArgument("settings: a source of an unknown kind");
    Source source;
    source.org = from.org();
    source.kind = static_cast<Kind>(from.kind());
    source.expected_gap_ms = from.expected_gap_ms();
    source.topic = from.topic();
    source.feeds.assign(from.feeds().begin(), from.feeds().end());
    s.sources.push_back(std::move(source));
  }
  for (const auto& from : m.areas()) {
    if (from.parent_plus_one() > static_cast<uint32_t>(m.areas_size())) return dangling;
    Area a;
    a.id = from.id();
    a.name = from.name();
    a.level = from.level();
    a.parent = MinusOne(from.parent_plus_one());
    a.radius_m = from.radius_m();
    s.areas.push_back(std::move(a));
  }
  return absl::OkStatus();
}

bool IsSpan(int64_t ms) { return ms >= 0 && ms <= kSpanMsMax; }

// What the files' reader holds to its own, closer bounds: nothing here may make a sum overflow.
Status CheckNumbers(const Settings& s) {
  bool good = IsSpan(s.grace_ms) && IsSpan(s.max_future_ms) && s.tips_per_day >= 0;
  int64_t before = 0;
  for (const int64_t window_ms : s.windows_ms) {
    good &= IsSpan(window_ms) && window_ms > before;
    before = window_ms;
  }
  for (const IncidentClass& c : s.classes)
    good &= IsSpan(c.merge_ms) && c.merge_metres >= 0 && c.merge_metres < kMetresMax;
  for (const Source& source : s.sources) good &= IsSpan(source.expected_gap_ms);
  for (const Area& area : s.areas) good &= area.radius_m >= 0 && area.radius_m < kMetresMax;
  for (const Rule& r : s.rules) {
    for (const int64_t ms : {r.window_ms, r.hold_ms, r.no_reraise_ms, r.max_age_ms, r.for_ms})
      good &= IsSpan(ms);
    if (r.type != RuleType::kCount) continue;
    good &= std::ranges::binary_search(s.windows_ms, r.window_ms);
    good &= r.exit >= 0 && r.exit < r.enter && r.enter <= kEnterMax;
  }
  return good ? absl::OkStatus() : InvalidArgument("settings: a number out of its range");
}

}  // namespace

std::string EncodeSettings(const Settings& s) {
  pb::Settings m;
  m.set_format(kSettingsFormat);
  m.set_version(s.version);
  m.set_rule_set(s.rule_set);
  PutNames(s, m);
  for (const Rule& r : s.rules) PutRule(r, m.add_rules());
  for (int64_t w : s.windows_ms) m.add_windows_ms(w);
  m.set_time_zone(s.time_zone);
  m.set_grace_ms(s.grace_ms);
  m.set_max_future_ms(s.max_future_ms);
  m.set_tips_per_day(s.tips_per_day);
  m.set_picture_level(s.picture_level);

  std::string out;
  google::protobuf::io::StringOutputStream stream(&out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  m.SerializeToCodedStream(&coded);
  coded.Trim();
  return out;
}

StatusOr<Settings> DecodeSettings(std::string_view bytes) {
  pb::Settings m;
  if (!m.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument("not settings");
  }
  if (m.format() != kSettingsFormat) {
    return InvalidArgument("settings of format " + std::to_string(m.format()) +
                           "; this program knows format " + std::to_string(kSettingsFormat));
  }
  Settings s;
  s.version = m.version();
  s.rule_set = m.rule_set();
  LB_RETURN_IF_ERROR(GetNames(m, s));
  for (const auto& r : m.rules()) {
    LB_ASSIGN_OR_RETURN(Rule rule, GetRule(r));
    s.rules.push_back(std::move(rule));
  }
  s.windows_ms.assign(m.windows_ms().begin(), m.windows_ms().end());
  s.time_zone = m.time_zone();
  s.grace_ms = m.grace_ms();
  s.max_future_ms = m.max_future_ms();
  s.tips_per_day = m.tips_per_day();
  LB_RETURN_IF_ERROR(s.Index(m.picture_level()));
  LB_RETURN_IF_ERROR(CheckNumbers(s));
  return s;
}

}  // namespace lagesbild::stream
