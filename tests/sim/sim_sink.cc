#include "io/record_format.h"
#include "sim/sim_clients.h"

namespace lagesbild::sim {

using stream::OffsetToCommit;
using stream::TopicPartition;

// A failure that the producer's next request would show, too, leaves the transaction to be aborted.
template <typename Work>
Status SimSink::Call(std::string_view operation, const Work& work) {
  const RequestFate fate = kafka_.Request(process_, operation);
  if (fate.done) {
    Status status = work();
    if (absl::IsAborted(status)) must_abort_ = true;
    LB_RETURN_IF_ERROR(status);
    kafka_.network_.Done(process_, operation);
  }
  if (absl::IsAborted(fate.reply)) must_abort_ = true;
  return fate.reply;
}

Status SimSink::Init() {
  return Call("init", [&]() -> Status {
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
  return Call("produce", [&]() -> Status {
    LB_RETURN_IF_ERROR(Check());
    LB_ASSIGN_OR_RETURN(SimPartition * partition, kafka_.Find(to));
    LB_ASSIGN_OR_RETURN(const auto id, kafka_.transactions_.AddPartition(id_, epoch_, to));
    partition->Append(id, io::EncodeRecord(record, kafka_.time_.wall_ms()));
    wrote_ = true;
    return absl::OkStatus();
  });
}

Status SimSink::SendOffsets(const std::string& group, std::span<const OffsetToCommit> offsets,
                            const stream::Membership* membership) {
  return Call("offsets", [&]() -> Status {
    LB_RETURN_IF_ERROR(Check());
    LB_ASSIGN_OR_RETURN(const auto id, kafka_.transactions_.AddOffsets(id_, epoch_));
    wrote_ = true;
    if (membership != nullptr) {
      const auto& member = static_cast<const SimMembership&>(*membership);
      if (!member.valid()) return Aborted("not a member of " + group + " now");
      LB_RETURN_IF_ERROR(kafka_.groups_.Check(group, member.member(), member.generation()));
    }
    for (const OffsetToCommit& each : offsets) {
      if (each.offset < 0) return InvalidArgument("an offset below 0 to commit");
      kafka_.pending_[id][{group, each.at}] = {each.offset, each.metadata};
    }
    return absl::OkStatus();
  });
}

Status SimSink::End(bool commit) {
  const std::string_view operation = commit ? "commit" : "abort";
  const RequestFate fate = kafka_.Request(process_, operation);
  if (fate.copy_after > absl::ZeroDuration()) {
    kafka_.transactions_.EndAgainAfter(fate.copy_after, id_, epoch_, commit);
    used_up_ = fate.reply.ok();  // else the caller knows it from the reply
  }
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
