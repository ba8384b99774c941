#include "stream/log_codec.h"

#include <google/protobuf/arena.h>

#include <utility>
#include <vector>

#include "safety/v1/log_record.pb.h"

namespace lagesbild::stream {
namespace {

namespace pb = safety::v1;

void Put(const ReportKey& key, pb::ReportKey* to) {
  to->set_tip(key.tip);
  to->set_org(key.org);
  to->set_id(key.id);
}

void Put(const Tick&, pb::LogRecord& to) { to.mutable_tick(); }

void Put(const Report& r, pb::LogRecord& to) {
  pb::LocatedReport* m = to.mutable_report();
  Put(r.key, m->mutable_key());
  m->set_revision(r.revision);
  m->set_action(static_cast<pb::Action>(r.action));
  m->set_verification(static_cast<pb::Verification>(r.verification));
  m->set_kind(static_cast<uint32_t>(r.kind));
  m->set_class_(r.class_name);
  m->set_occurred_ms(r.occurred_ms);
  m->set_occurred_to_ms(r.occurred_to_ms);
  m->set_reported_ms(r.reported_ms);
  m->set_area(r.area);
  m->set_has_point(r.has_point);
  m->set_lat(r.lat);
  m->set_lon(r.lon);
  m->set_precision_m(r.precision_m);
  m->set_indoor_dwelling(r.indoor_dwelling);
  m->set_reporter(r.reporter);
}

void Put(const Superseded& s, pb::LogRecord& to) {
  pb::Superseded* m = to.mutable_superseded();
  Put(s.key, m->mutable_key());
  m->set_revision(s.revision);
  m->set_withdrawn(s.withdrawn);
  m->set_refuted(s.refuted);
  m->set_picture(s.picture);
}

void Put(const Liveness& l, pb::LogRecord& to) {
  to.mutable_liveness()->set_org(l.org);
  to.mutable_liveness()->set_minute_ms(l.minute_ms);
}

void Put(const Command& c, pb::LogRecord& to) {
  pb::PictureCommand* m = to.mutable_command();
  m->set_type(static_cast<pb::PictureCommand::Type>(c.type));
  m->set_id(c.id);
  m->set_by(c.by);
  m->set_at_ms(c.at_ms);
  m->set_alert_id(c.alert_id);
  m->set_area(c.area);
  m->set_rule(c.rule);
  m->set_reason(c.reason);
  m->set_until_ms(c.until_ms);
}

void Put(const Configuration& c, pb::LogRecord& to) {
  to.mutable_configuration()->set_version(c.version);
  to.mutable_configuration()->set_settings(c.encoded);
}

// The alternative of `out` to fill: the one it holds, so that its memory is used again, else a new
// one.
template <typename T>
T& Body(LogRecord& out) {
  if (T* held = std::get_if<T>(&out.body)) return *held;
  return out.body.emplace<T>();
}

void Get(const pb::ReportKey& m, ReportKey& key) {
  key.tip = m.tip();
  key.org = m.org();
  key.id = m.id();
}

bool Get(const pb::LocatedReport& m, Report& r) {
  if (m.action() < pb::ACTION_NEW || m.action() > pb::ACTION_CORRECT) return false;
  if (m.verification() < pb::VERIFICATION_UNCONFIRMED ||
      m.verification() > pb::VERIFICATION_REFUTED) {
    return false;
  }
  if (m.kind() == 0 || m.kind() >= kKindCount) return false;
  Get(m.key(), r.key);
  r.revision = m.revision();
  r.action = static_cast<Action>(m.action());
  r.verification = static_cast<Verification>(m.verification());
  r.kind = static_cast<Kind>(m.kind());
  r.class_name = m.class_();
  r.occurred_ms = m.occurred_ms();
  r.occurred_to_ms = m.occurred_to_ms();
  r.reported_ms = m.reported_ms();
  r.area = m.area();
  r.has_point = m.has_point();
  r.lat = m.lat();
  r.lon = m.lon();
  r.precision_m = m.precision_m();
  r.indoor_dwelling = m.indoor_dwelling();
  r.reporter = m.reporter();
  return true;
}

bool Get(const pb::PictureCommand& m, Command& c) {
  if (m.type() < pb::PictureCommand::TYPE_ACKNOWLEDGE ||
      m.type() > pb::PictureCommand::TYPE_UNSILENCE) {
    return false;
  }
  c.type = static_cast<CommandType>(m.type());
  c.id = m.id();
  c.by = m.by();
  c.at_ms = m.at_ms();
  c.alert_id = m.alert_id();
  c.area = m.area();
  c.rule = m.rule();
  c.reason = m.reason();
  c.until_ms = m.until_ms();
  return true;
}

bool GetBody(const pb::LogRecord& m, LogRecord& out) {
  switch (m.body_case()) {
    case pb::LogRecord::kTick:
      Body<Tick>(out);
      return true;
    case pb::LogRecord::kReport:
      return Get(m.report(), Body<Report>(out));
    case pb::LogRecord::kSuperseded: {
      auto& s = Body<Superseded>(out);
      Get(m.superseded().key(), s.key);
      s.revision = m.superseded().revision();
      s.withdrawn = m.superseded().withdrawn();
      s.refuted = m.superseded().refuted();
      s.picture = m.superseded().picture();
      return true;
    }
    case pb::LogRecord::kLiveness: {
      auto& l = Body<Liveness>(out);
      l.org = m.liveness().org();
      l.minute_ms = m.liveness().minute_ms();
      return true;
    }
    case pb::LogRecord::kCommand:
      return Get(m.command(), Body<Command>(out));
    case pb::LogRecord::kConfiguration: {
      auto& c = Body<Configuration>(out);
      c.version = m.configuration().version();
      c.encoded = m.configuration().settings();
      return true;
    }
    case pb::LogRecord::BODY_NOT_SET:
      return false;
  }
  return false;
}

}  // namespace

class LogEncoder::Impl {
 public:
  pb::LogRecord message;
};

LogEncoder::LogEncoder() : impl_(std::make_unique<Impl>()) {}
LogEncoder::~LogEncoder() = default;

void LogEncoder::Encode(const LogRecord& record, std::string& out) {
  pb::LogRecord& m = impl_->message;
  m.set_version(kLogRecordVersion);
  m.set_clock_ms(record.clock_ms);
  m.set_picture(record.picture);
  if (record.raw.topic.empty()) {
    m.clear_raw();
  } else {
    m.mutable_raw()->set_topic(record.raw.topic);
    m.mutable_raw()->set_partition(record.raw.partition);
    m.mutable_raw()->set_offset(record.raw.offset);
  }
  std::visit([&m](const auto& body) { Put(body, m); }, record.body);
  m.SerializeToString(&out);
}

// An arena, not a message kept between calls: clearing one frees the body that it held.
class LogDecoder::Impl {
 public:
  Impl() : arena(Options(block)) {}
  static google::protobuf::ArenaOptions Options(std::vector<char>& block) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block.data();
    options.initial_block_size = block.size();
    return options;
  }
  std::vector<char> block = std::vector<char>(4096);
  google::protobuf::Arena arena;
};

LogDecoder::LogDecoder() : impl_(std::make_unique<Impl>()) {}
LogDecoder::~LogDecoder() = default;

Status LogDecoder::Decode(std::string_view bytes, LogRecord& out) {
  impl_->arena.Reset();
  pb::LogRecord& m = *google::protobuf::Arena::CreateMessage<pb::LogRecord>(&impl_->arena);
  if (!m.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return DataLoss("not a log record");
  }
  if (m.version() != kLogRecordVersion) {
    return DataLoss("log record of version " + std::to_string(m.version()) +
                    "; this program knows version " + std::to_string(kLogRecordVersion));
  }
  out.clock_ms = m.clock_ms();
  out.picture = m.picture();
  out.raw.topic = m.raw().topic();
  out.raw.partition = m.raw().partition();
  out.raw.offset = m.has_raw() ? m.raw().offset() : -1;
  if (!GetBody(m, out)) return DataLoss("log record with a body that this program does not know");
  return absl::OkStatus();
}

}  // namespace lagesbild::stream
