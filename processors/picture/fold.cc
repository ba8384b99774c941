#include "picture/fold.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <queue>
#include <utility>

#include "absl/container/btree_map.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/time.h"
#include "picture/markers.h"
#include "picture/picture.h"

namespace lagesbild::picture {
namespace {

using std::string_view_literals::operator""sv;

// Rows of a partition, by the first byte of their keys; in key order a reader has the configuration
// before what needs it.
//   0                    format of the whole, clock
//   1                    the configuration in force, as it came
//   2 organisation       minute in which the source was last heard of
//   3 command id         taken; until when that is remembered
//   4 …                  a marker (markers.cc)
//   5 picture NUL …      a row of a picture (picture_rows.cc)
constexpr char kHeader = '0', kConfiguration = '1', kSource = '2', kCommand = '3', kMarker = '4';
constexpr uint8_t kFormat = 1;

std::string NumberRow(int64_t number) {
  std::string row;
  ByteWriter w(row);
  w.Byte(kFormat);
  w.Signed(number);
  return row;
}

}  // namespace

std::map<std::string, std::string> SeedRows(const std::map<std::string, std::string>& rows,
                                            int64_t clock_ms) {
  std::map<std::string, std::string> seed;
  for (const auto& [key, value] : rows) {
    const bool organisations = key.size() > 2 && key[0] == kPictureRow && key.ends_with("\0O"sv) &&
                               key.find('\0') == key.size() - 2;
    if (key[0] == kConfiguration || key[0] == kSource || organisations) seed[key] = value;
  }
  if (!seed.contains(std::string(1, kConfiguration))) return {};
  seed[std::string(1, kHeader)] = NumberRow(clock_ms);
  return seed;
}

class Fold::Impl {
 public:
  Impl(SettingsDecoder decoder, Shelving shelving)
      : decoder_(std::move(decoder)), shelving_(std::move(shelving)) {}

  Status Restore(std::string_view key, std::string_view value);
  Status FinishRestore();
  Status Instant(int64_t clock_ms, std::span<const LogRecord> records, Effects& out);
  std::vector<Aggregate> CollectAggregates();
  void CollectRows(uint64_t commit, const RowSink& sink);
  void AllRows(const RowSink& sink) const;
  Stats stats() const;

  int64_t clock_ms_ = std::numeric_limits<int64_t>::min();
  std::unique_ptr<Settings> settings_;

 private:
  std::string ConfigurationRow() const;

  struct Due {
    int64_t due_ms;
    Picture* picture;
    bool operator<(const Due& other) const { return due_ms > other.due_ms; }  // earliest on top
  };

  Status Configure(const Configuration& configuration, int64_t clock_ms);
  void Adopt(Settings settings, int64_t clock_ms);
  void Move(Picture::Parts parts, const std::string& old_picture);
  // Everything due before `clock_ms`, each due time an instant of its own.
  void AdvanceTo(int64_t clock_ms, Effects& out);
  void ExpireAt(int64_t clock_ms);
  int64_t NextDue();
  void Take(const LogRecord& record, int64_t clock_ms, Effects& out);
  void CountDuplicate(const std::string& org, Effects& out) const;
  void TakeCommands(std::vector<const LogRecord*> commands, int64_t clock_ms, Effects& out);
  void Close(int64_t clock_ms, Effects& out);
  void SourcesChanged();
  Picture* Find(const std::string& id);
  Picture* FindOrMake(const std::string& id);
  void Visit(Picture& picture);
  void Schedule(Picture& picture);

  SettingsDecoder decoder_;
  Shelving shelving_;
  std::string encoded_settings_;
  int64_t version_ = 0;
  std::unique_ptr<OfIndex> ofs_;
  Sources sources_;
  int64_t sources_due_ms_ = kNever;
  Markers markers_;
  std::map<std::string, int64_t> commands_;  // picture/id → remembered until
  absl::btree_map<std::string, std::unique_ptr<Picture>> pictures_;
  Picture* restoring_ = nullptr;  // whose row was restored last
  std::priority_queue<Due> due_;
  std::vector<Picture*> visited_;

  // Since the last CollectRows.
  bool dirty_header_ = false, dirty_configuration_ = false;
  std::vector<std::string> dirty_commands_, deleted_keys_;
};

Status Fold::Impl::Instant(int64_t clock_ms, std::span<const LogRecord> records, Effects& out) {
  LB_CHECK(clock_ms >= clock_ms_);
  if (settings_ != nullptr) AdvanceTo(clock_ms, out);
  for (const LogRecord& record : records) {
    if (const auto* configuration = std::get_if<Configuration>(&record.body)) {
      LB_RETURN_IF_ERROR(Configure(*configuration, clock_ms));
    }
  }
  if (settings_ == nullptr) {
    const bool only_ticks = std::all_of(records.begin(), records.end(), [](const LogRecord& r) {
      return std::holds_alternative<Tick>(r.body);
    });
    if (!only_ticks) return DataLoss("picture log: records before the first configuration");
    clock_ms_ = clock_ms;
    dirty_header_ = true;
    return absl::OkStatus();
  }
  ExpireAt(clock_ms);
  std::vector<const LogRecord*> commands;
  for (const LogRecord& record : records) {
    if (std::holds_alternative<Command>(record.body)) {
      commands.push_back(&record);
    } else {
      Take(record, clock_ms, out);
    }
  }
  TakeCommands(std::move(commands), clock_ms, out);
  Close(clock_ms, out);
  return shelving_.failure;
}

void Fold::Impl::AdvanceTo(int64_t clock_ms, Effects& out) {
  for (int64_t due_ms = NextDue(); due_ms < clock_ms; due_ms = NextDue()) {
    LB_CHECK(due_ms > clock_ms_ || clock_ms_ == std::numeric_limits<int64_t>::min());
    ExpireAt(due_ms);
    Close(due_ms, out);
  }
}

int64_t Fold::Impl::NextDue() {
  // An entry that its picture no longer goes by is dropped; one that came too early is put off.
  while (!due_.empty()) {
    const Due top = due_.top();
    if (top.due_ms != top.picture->scheduled_ms) {
      due_.pop();
      continue;
    }
    const int64_t due_ms = top.picture->next_due_ms();
    if (due_ms <= top.due_ms) break;
    due_.pop();
    top.picture->scheduled_ms = kNever;
    Schedule(*top.picture);
  }
  const int64_t next = std::min(sources_due_ms_, due_.empty() ? kNever : due_.top().due_ms);
  // What was put in for a time gone by is done at the next moment there is.
  return next == kNever ? kNever : std::max(next, clock_ms_ + 1);
}

void Fold::Impl::ExpireAt(int64_t clock_ms) {
  if (sources_due_ms_ <= clock_ms) {
    if (sources_.Expire(clock_ms)) SourcesChanged();
    sources_due_ms_ = sources_.next_due_ms();
  }
  while (NextDue() <= clock_ms && !due_.empty() && due_.top().due_ms <= clock_ms) {
    Picture& picture = *due_.top().picture;
    due_.pop();
    picture.scheduled_ms = kNever;
    picture.Expire(clock_ms);
    Visit(picture);
    Schedule(picture);
  }
  markers_.Expire(clock_ms);
}

void Fold::Impl::SourcesChanged() {
  for (auto& [id, picture] : pictures_) {
    picture->SourcesChanged();
    Visit(*picture);
  }
}

void Fold::Impl::Take(const LogRecord& record, int64_t clock_ms, Effects& out) {
  if (const auto* report = std::get_if<Report>(&record.body)) {
    if (markers_.Refuses(report->key, report->revision)) {
      CountDuplicate(report->key.org, out);
    } else if (Picture* picture = FindOrMake(record.picture)) {
      if (!picture->Take(*report, clock_ms)) CountDuplicate(report->key.org, out);
      Visit(*picture);
    }
  } else if (const auto* superseded = std::get_if<Superseded>(&record.body)) {
    markers_.Mark(*superseded, clock_ms + settings_->retention_ms() + settings_->max_future_ms);
    for (auto& [id, picture] : pictures_) {
      if (picture->Supersede(*superseded)) Visit(*picture);
    }
  } else if (const auto* liveness = std::get_if<Liveness>(&record.body)) {
    if (sources_.Heard(liveness->org, liveness->minute_ms, clock_ms)) SourcesChanged();
    sources_due_ms_ = sources_.next_due_ms();
  }
}

void Fold::Impl::CountDuplicate(const std::string& org, Effects& out) const {
  const size_t at = static_cast<size_t>(settings_->FindSource(org) + 1);
  if (out.duplicates.size() <= at) out.duplicates.resize(at + 1);
  ++out.duplicates[at];
}

// In the order of their ids, so that the order within the instant does not matter; each id is taken
// once in a picture (which pictures share a log partition must not matter).
void Fold::Impl::TakeCommands(std::vector<const LogRecord*> commands, int64_t clock_ms,
                              Effects& out) {
  const auto command_of = [](const LogRecord* r) -> const Command& {
    return std::get<Command>(r->body);
  };
  std::stable_sort(commands.begin(), commands.end(), [&](const LogRecord* a, const LogRecord* b) {
    return command_of(a).id < command_of(b).id;
  });
  for (const LogRecord* record : commands) {
    const Command& command = command_of(record);
    const std::string name = record->picture + "/" + command.id;
    int64_t& remembered_until_ms = commands_[name];
    if (remembered_until_ms > clock_ms) continue;
    remembered_until_ms = clock_ms + settings_->retention_ms();
    dirty_commands_.push_back(name);
    bool known = true;
    const bool about_alert =
        command.type == CommandType::kAcknowledge || command.type == CommandType::kDismiss;
    Picture* picture = about_alert ? Find(record->picture) : FindOrMake(record->picture);
    if (picture == nullptr) {
      known = !about_alert;
    } else if (command.type == CommandType::kAcknowledge) {
      known = picture->Acknowledge(command.alert_id, clock_ms);
    } else if (command.type == CommandType::kDismiss) {
      known = picture->Dismiss(command.alert_id, clock_ms);
    } else if (command.type == CommandType::kSilence) {
      picture->Silence(command, clock_ms);
    } else {
      picture->Unsilence(command);
    }
    if (picture != nullptr) Visit(*picture);
    if (known) continue;
    out.dead_letters.push_back({record->raw.topic, record->raw.partition, record->raw.offset,
                                "picture", Reason::kUnknownAlert, "/alert_id", ""});
  }
}

void Fold::Impl::Close(int64_t clock_ms, Effects& out) {
  clock_ms_ = clock_ms;
  dirty_header_ = true;
  const size_t first = out.alerts.size();
  for (Picture* picture : visited_) {
    picture->visited = false;
    std::vector<AlertTransition> alerts = picture->Close(clock_ms);
    std::move(alerts.begin(), alerts.end(), std::back_inserter(out.alerts));
    Schedule(*picture);
  }
  visited_.clear();
  std::stable_sort(out.alerts.begin() + static_cast<ptrdiff_t>(first), out.alerts.end(),
                   [](const auto& a, const auto& b) { return a.alert_id < b.alert_id; });
}

Picture* Fold::Impl::Find(const std::string& id) {
  const auto it = pictures_.find(id);
  return it == pictures_.end() ? nullptr : it->second.get();
}

// Null only if the configuration has no such area.
Picture* Fold::Impl::FindOrMake(const std::string& id) {
  if (Picture* found = Find(id)) return found;
  const int area = settings_->FindArea(id);
  if (area < 0) return nullptr;
  auto& made = pictures_[id];
  made = std::make_unique<Picture>(area, settings_.get(), ofs_.get(), &sources_, &shelving_);
  return made.get();
}

void Fold::Impl::Visit(Picture& picture) {
  if (std::exchange(picture.visited, true)) return;
  visited_.push_back(&picture);
}

void Fold::Impl::Schedule(Picture& picture) {
  const int64_t due_ms = picture.next_due_ms();
  if (due_ms >= picture.scheduled_ms) return;
  picture.scheduled_ms = due_ms;
  due_.push({due_ms, &picture});
}

Status Fold::Impl::Configure(const Configuration& configuration, int64_t clock_ms) {
  if (configuration.version < version_ || configuration.encoded == encoded_settings_)
    return absl::OkStatus();
  LB_ASSIGN_OR_RETURN(Settings settings, decoder_(configuration.encoded));
  version_ = configuration.version;
  encoded_settings_ = configuration.encoded;
  dirty_configuration_ = true;
  Adopt(std::move(settings), clock_ms);
  return absl::OkStatus();
}

// Reports and alerts stay; everything that is derived from them is derived again under the new
// settings.
void Fold::Impl::Adopt(Settings settings, int64_t clock_ms) {
  auto old_settings = std::exchange(settings_, std::make_unique<Settings>(std::move(settings)));
  std::vector<std::pair<std::string, Picture::Parts>> parts;
  for (auto& [id, picture] : pictures_) {
    picture->FetchAll();
    parts.emplace_back(id, picture->Dismantle(clock_ms));
  }
  due_ = {};
  visited_.clear();
  pictures_.clear();
  ofs_ = std::make_unique<OfIndex>(*settings_);
  sources_.Configure(settings_.get(), clock_ms);
  sources_due_ms_ = sources_.next_due_ms();
  for (auto& [id, p] : parts) {
    for (const std::string& key : p.keys) deleted_keys_.push_back(PictureRowPrefix(id) + key);
    Move(std::move(p), id);
  }
  for (auto& [id, picture] : pictures_) {
    picture->FinishAdoption(clock_ms);
    Visit(*picture);
    Schedule(*picture);
  }
}

void Fold::Impl::Move(Picture::Parts parts, const std::string& old_picture) {
  // The picture that an area is in now; the old one for an area that is gone, null if that is gone
  // as well.
  const auto home = [&](const std::string& area_id) {
    const int area = settings_->FindArea(area_id);
    return FindOrMake(area < 0 ? old_picture : settings_->areas[settings_->areas[area].picture].id);
  };
  for (auto& report : parts.reports) {
    Picture* picture = home(report->area_id);
    if (picture != nullptr) picture->AdoptReport(std::move(report));
  }
  for (Alert& alert : parts.alerts) {
    if (Picture* picture = home(alert.area_id)) picture->AdoptAlert(std::move(alert));
  }
  for (const std::string& area_id : parts.changed) {
    if (Picture* picture = home(area_id)) picture->AdoptChanged(area_id);
  }
  if (Picture* picture = FindOrMake(old_picture)) picture->AdoptRest(parts);
}

std::vector<Aggregate> Fold::Impl::CollectAggregates() {
  std::vector<Aggregate> out;
  for (auto& [id, picture] : pictures_) picture->CollectAggregates(clock_ms_, out);
  std::sort(out.begin(), out.end(),
            [](const Aggregate& a, const Aggregate& b) { return a.area < b.area; });
  return out;
}

void Fold::Impl::CollectRows(uint64_t commit, const RowSink& sink) {
  std::map<std::string, std::string> rows;  // value empty: gone
  for (std::string& key : std::exchange(deleted_keys_, {})) rows[std::move(key)] = {};
  const auto put = [&](std::string key, std::string value) {
    rows[std::move(key)] = std::move(value);
  };
  if (std::exchange(dirty_header_, false)) put(std::string(1, kHeader), NumberRow(clock_ms_));
  if (std::exchange(dirty_configuration_, false)) {
    put(std::string(1, kConfiguration), ConfigurationRow());
  }
  for (const auto& [org, minute_ms] : sources_.TakeDirty())
    put(kSource + org, NumberRow(minute_ms));
  std::erase_if(commands_, [&](const auto& c) {
    if (c.second > clock_ms_) return false;
    dirty_commands_.push_back(c.first);
    return true;
  });
  for (const std::string& id : std::exchange(dirty_commands_, {})) {
    const auto it = commands_.find(id);
    put(kCommand + id, it == commands_.end() ? std::string() : NumberRow(it->second));
  }
  markers_.CollectRows(
      [&](const std::string& key, std::string value) { put(kMarker + key, std::move(value)); });
  for (auto& [id, picture] : pictures_) {
    const std::string prefix = PictureRowPrefix(id);
    picture->CollectRows(commit, clock_ms_, [&](const std::string& key, std::string value) {
      put(prefix + key, std::move(value));
    });
  }
  for (const auto& [key, value] : rows) sink(key, value.empty() ? nullptr : &value);
}

std::string Fold::Impl::ConfigurationRow() const {
  std::string row = NumberRow(version_);
  ByteWriter(row).String(encoded_settings_);
  return row;
}

void Fold::Impl::AllRows(const RowSink& sink) const {
  std::map<std::string, std::string> rows;
  rows[std::string(1, kHeader)] = NumberRow(clock_ms_);
  if (settings_ != nullptr) rows[std::string(1, kConfiguration)] = ConfigurationRow();
  for (const auto& [org, minute_ms] : sources_.Minutes())
    rows[kSource + org] = NumberRow(minute_ms);
  for (const auto& [id, until_ms] : commands_) {
    if (until_ms > clock_ms_) rows[kCommand + id] = NumberRow(until_ms);
  }
  markers_.AllRows(
      [&](const std::string& key, std::string value) { rows[kMarker + key] = std::move(value); });
  for (const auto& [id, picture] : pictures_) {
    const std::string prefix = PictureRowPrefix(id);
    picture->AllRows(
        [&](const std::string& key, std::string value) { rows[prefix + key] = std::move(value); });
  }
  for (const auto& [key, value] : rows) sink(key, &value);
}

Status Fold::Impl::Restore(std::string_view key, std::string_view value) {
  if (key.empty()) return DataLoss("row without a key");
  const std::string_view rest = key.substr(1);
  if (key[0] == kMarker) return markers_.Restore(rest, value);
  if (key[0] == kPictureRow) {
    const size_t nul = rest.find('\0');
    if (settings_ == nullptr || nul == std::string_view::npos)
      return DataLoss("picture row before its configuration");
    const std::string_view id = rest.substr(0, nul);
    if (restoring_ == nullptr || restoring_->id() != id) restoring_ = FindOrMake(std::string(id));
    if (restoring_ == nullptr)
      return DataLoss("picture row of an area that the configuration does not have");
    return restoring_->Restore(rest.substr(nul + 1), value, clock_ms_);
  }
  ByteReader r(value);
  if (r.Byte() != kFormat) return DataLoss("row of an unknown format");
  const int64_t number = key[0] == kConfiguration ? r.Signed() : r.TimeMs();
  if (!r.ok()) return DataLoss("row cut");
  switch (key[0]) {
    case kHeader:
      clock_ms_ = number;
      break;
    case kConfiguration: {
      if (clock_ms_ == std::numeric_limits<int64_t>::min())
        return DataLoss("configuration row without a clock");
      version_ = number;
      encoded_settings_ = r.String();
      LB_ASSIGN_OR_RETURN(Settings settings, decoder_(encoded_settings_));
      settings_ = std::make_unique<Settings>(std::move(settings));
      ofs_ = std::make_unique<OfIndex>(*settings_);
      break;
    }
    case kSource:
      sources_.Restore(std::string(rest), number);
      break;
    case kCommand:
      commands_[std::string(rest)] = number;
      break;
    default:
      return DataLoss("row of an unknown kind");
  }
  return r.ok() && r.done() ? absl::OkStatus() : DataLoss("row cut or too long");
}

Status Fold::Impl::FinishRestore() {
  restoring_ = nullptr;
  if (settings_ == nullptr) return absl::OkStatus();
  sources_.Configure(settings_.get(), clock_ms_);
  sources_.TakeDirty();
  sources_due_ms_ = sources_.next_due_ms();
  for (auto& [id, picture] : pictures_) {
    LB_RETURN_IF_ERROR(picture->FinishRestore(clock_ms_));
    Schedule(*picture);
  }
  return absl::OkStatus();
}

Fold::Stats Fold::Impl::stats() const {
  Stats stats;
  for (const auto& [id, picture] : pictures_) {
    stats.reports += picture->report_count();
    stats.in_memory += picture->reports_in_memory();
    stats.incidents += picture->incident_count();
    stats.series += picture->series_count();
    for (const auto& [alert_id, alert] : picture->alerts().all()) {
      if (alert->phase == Alert::Phase::kOpen)
        ++stats.alerts_active[static_cast<size_t>(alert->severity)];
    }
  }
  // An estimate: sizes of the structs, their strings and their places in the indices.
  stats.memory_bytes = stats.in_memory * 420 + (stats.reports - stats.in_memory) * 30 +
                       stats.incidents * 330 + stats.series * 900;
  return stats;
}

Fold::Fold(SettingsDecoder decoder, Shelving shelving)
    : impl_(std::make_unique<Impl>(std::move(decoder), std::move(shelving))) {}
Fold::~Fold() = default;
Status Fold::Restore(std::string_view key, std::string_view value) {
  return impl_->Restore(key, value);
}
Status Fold::FinishRestore() { return impl_->FinishRestore(); }
Status Fold::Instant(int64_t clock_ms, std::span<const LogRecord> records, Effects& out) {
  return impl_->Instant(clock_ms, records, out);
}
int64_t Fold::clock_ms() const { return impl_->clock_ms_; }
std::vector<Aggregate> Fold::CollectAggregates() { return impl_->CollectAggregates(); }
void Fold::CollectRows(uint64_t commit, const RowSink& sink) { impl_->CollectRows(commit, sink); }
void Fold::AllRows(const RowSink& sink) const { impl_->AllRows(sink); }
Fold::Stats Fold::stats() const { return impl_->stats(); }
const Settings* Fold::settings() const { return impl_->settings_.get(); }

}  // namespace lagesbild::picture
