#include "stream/outputs.h"

#include <array>

#include "base/hash.h"
#include "base/time.h"
#include "picture/announce.h"
#include "stream/trace.h"

namespace lagesbild::stream {
namespace {

std::string_view AlertType(picture::AlertState state) {
  switch (state) {
    case picture::AlertState::kOpen:
      return "se.lagesbild.alert.opened.v1";
    case picture::AlertState::kUpdated:
      return "se.lagesbild.alert.updated.v1";
    case picture::AlertState::kResolved:
      return "se.lagesbild.alert.resolved.v1";
    case picture::AlertState::kCancelled:
      return "se.lagesbild.alert.cancelled.v1";
  }
  return "se.lagesbild.alert.updated.v1";
}

}  // namespace

OutputEncoder::OutputEncoder(const Topics& topics, const PartitionCounts& counts,
                             std::string_view group)
    : topics_(topics), counts_(counts), source_("/lagesbild/" + std::string(group)) {}

Output OutputEncoder::Alert(const picture::AlertTransition& t) const {
  Output out;
  out.to = {topics_.alerts, PartitionOf(t.alert_id, counts_.alerts)};
  out.key = t.alert_id;
  out.value = picture::AlertJson(t);
  out.id = t.alert_id + "." + std::to_string(t.sequence);
  out.at_ms = t.at_ms;
  out.time = FormatTimeMs(t.at_ms);
  out.subject = t.area;
  out.type = AlertType(t.state);
  return out;
}

Output OutputEncoder::Aggregate(const picture::Aggregate& a) const {
  Output out;
  out.to = {topics_.aggregates, PartitionOf(a.area, counts_.aggregates)};
  out.key = a.area;
  out.value = picture::AggregateJson(a);
  out.id = a.area + "." + std::to_string(a.sequence);
  out.at_ms = a.as_of_ms;
  out.time = FormatTimeMs(a.as_of_ms);
  out.subject = a.area;
  out.type = "se.lagesbild.aggregate.changed.v1";
  return out;
}

Output OutputEncoder::Dead(const DeadLetter& letter, int64_t clock_ms) const {
  Output out;
  out.id = letter.topic + "." + std::to_string(letter.partition) + "." +
           std::to_string(letter.offset) + "." + std::string(letter.stage);
  out.to = {topics_.dead_letters, PartitionOf(out.id, counts_.dead_letters)};
  out.value = DeadLetterJson(letter);
  out.at_ms = clock_ms;
  out.time = FormatTimeMs(clock_ms);
  out.type = "se.lagesbild.dead-letter.v1";
  return out;
}

Status OutputEncoder::Produce(TransactionalSink& sink, const Output& output) const {
  std::array<HeaderView, 8> headers = {{{"ce_specversion", "1.0"},
                                        {"ce_id", output.id},
                                        {"ce_source", source_},
                                        {"ce_type", output.type},
                                        {"ce_time", output.time},
                                        {"content-type", "application/json"}}};
  size_t count = 6;
  // An event without a subject leaves the attribute out.
  if (!output.subject.empty()) headers[count++] = {"ce_subject", output.subject};
  if (!output.traceparent.empty()) headers[count++] = {kTraceparent, output.traceparent};
  return sink.Produce(
      output.to,
      {.key = output.key, .value = output.value, .headers = std::span(headers).first(count)});
}

}  // namespace lagesbild::stream
