#include "io/record_format.h"
#include "sim/sim_clients.h"
#include "stream/mutant.h"

namespace lagesbild::sim {

using stream::OffsetToCommit;
using stream::TopicPartition;

// A failure that the producer's next request would show, too, leaves the transaction to be aborted.
template <typename Work>
Status SimSink::Call(std::string_view operation, std::function<void()> copy, const Work& work) {
  kafka_.CountRequestOf(id_);
  const RequestFate fate = kafka_.Request(process_, operation);
  Repeat(fate, std::move(copy));
  if (fate.done) {
    Status status = work();
    if (absl::IsAborted(status)) must_abort_ = true;
    LB_RETURN_IF_ERROR(status);
    kafka_.network_.Done(process_, operation);
  }
  if (absl::IsAborted(fate.reply)) must_abort_ = true;
  return fate.reply;
}

void SimSink::Repeat(const RequestFate& fate, std::function<void()> copy) {
  if (!fate.copy_after) return;
  if (fate.copy_among > 0) {
    kafka_.LaterAmongRequestsOf(id_, fate.copy_among, std::move(copy));
  } else {
    kafka_.Later(*fate.copy_after, std::move(copy));
  }
  if (LB_MUTANT("broken_connection_ignored")) return;
  used_up_ = fate.reply.ok();  // else the caller knows it from the reply
}

Status SimSink::Init() {
  return Call(
      "init", [&kafka = kafka_, id = id_] { kafka.transactions_.Init(id); },
      [&]() -> Status {
        epoch_ = kafka_.transactions_.Init(id_);
        return absl::OkStatus();
      });
}

// Asks nobody.
Status SimSink::Begin() {
  if (epoch_ == 0) return FailedPrecondition("Begin before Init");
  if (used_up_) return Unavailable("a connection ended; a new producer is needed");
  begun_ = true;
  wrote_ = must_abort_ = false;
  return absl::OkStatus();
}

Status SimSink::Check() const {
  if (!begun_) return FailedPrecondition("no transaction has begun");
  LB_RETURN_IF_ERROR(kafka_.transactions_.Check(id_, epoch_));
  return must_abort_ ? Aborted("the transaction can only be aborted") : absl::OkStatus();
}

Status SimSink::Produce(const TopicPartition& to, const stream::OutRecord& record) {
  const std::string encoded = io::EncodeRecord(record, kafka_.time_.wall_ms());
  const auto arrive = [&kafka = kafka_, id = id_, epoch = epoch_, to, encoded,
                       sequence = ++sequences_[to]]() -> Status {
    LB_ASSIGN_OR_RETURN(SimPartition * partition, kafka.Find(to));
    LB_RETURN_IF_ERROR(kafka.transactions_.Check(id, epoch));
    const bool known = !partition->TakeSequence(id + " " + std::to_string(epoch), sequence);
    if (known && !LB_MUTANT("sequence_unchecked")) return absl::OkStatus();
    LB_ASSIGN_OR_RETURN(const auto transaction, kafka.transactions_.AddPartition(id, epoch, to));
    partition->Append(transaction, encoded);
    return absl::OkStatus();
  };
  return Call(
      "produce", [arrive] { arrive().IgnoreError(); },
      [&]() -> Status {
        LB_RETURN_IF_ERROR(Check());
        LB_RETURN_IF_ERROR(arrive());
        wrote_ = true;
        return absl::OkStatus();
      });
}

Status SimSink::SendOffsets(const std::string& group, std::span<const OffsetToCommit> offsets,
                            const stream::Membership* membership) {
  std::optional<SimMembership> member;
  if (membership != nullptr) member = static_cast<const SimMembership&>(*membership);
  const auto arrive = [&kafka = kafka_, group, member,
                       sent = std::vector<OffsetToCommit>(offsets.begin(), offsets.end())](
                          SimPartition::TransactionId transaction) -> Status {
    if (member) {
      LB_RETURN_IF_ERROR(kafka.groups_.Check(group, member->member(), member->generation()));
    }
    for (const OffsetToCommit& each : sent) {
      if (each.offset < 0) return InvalidArgument("an offset below 0 to commit");
      kafka.pending_[transaction][{group, each.at}] = {each.offset, each.metadata};
    }
    return absl::OkStatus();
  };
  const auto copy = [arrive, &kafka = kafka_, id = id_, epoch = epoch_] {
    const auto transaction = kafka.transactions_.WithOffsets(id, epoch);
    if (transaction) arrive(*transaction).IgnoreError();
  };
  return Call("offsets", copy, [&]() -> Status {
    LB_RETURN_IF_ERROR(Check());
    LB_ASSIGN_OR_RETURN(const auto id, kafka_.transactions_.AddOffsets(id_, epoch_));
    wrote_ = true;
    if (member && !member->valid()) return Aborted("not a member of " + group + " now");
    return arrive(id);
  });
}

Status SimSink::End(bool commit) {
  const std::string_view operation = commit ? "commit" : "abort";
  kafka_.CountRequestOf(id_);
  const RequestFate fate = kafka_.Request(process_, operation);
  Repeat(fate, [&kafka = kafka_, id = id_, epoch = epoch_, commit] {
    kafka.transactions_.End(id, epoch, commit).IgnoreError();  // fenced: as it should be
  });
  if (fate.done) {
    if (commit) {
      LB_RETURN_IF_ERROR(Check());
    } else if (!begun_) {
      return FailedPrecondition("no transaction has begun");
    }
    if (wrote_) LB_RETURN_IF_ERROR(kafka_.transactions_.End(id_, epoch_, commit));
    begun_ = false;
    kafka_.network_.Done(process_, operation);
  }
  return fate.reply;
}

Status SimSink::Commit() { return End(/*commit=*/true); }
Status SimSink::Abort() { return End(/*commit=*/false); }

}  // namespace lagesbild::sim
