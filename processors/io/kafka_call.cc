#include "io/kafka_call.h"

#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace lagesbild::io {

struct BoundedCaller::Shared {
  absl::Mutex mutex;
  std::function<void()> call ABSL_GUARDED_BY(mutex);
  bool pending ABSL_GUARDED_BY(mutex) = false;  // a call waits or runs
  bool ending ABSL_GUARDED_BY(mutex) = false;
  bool ended ABSL_GUARDED_BY(mutex) = false;

  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex) { return (pending && call) || ending; }
  bool Idle() const ABSL_SHARED_LOCKS_REQUIRED(mutex) { return !pending; }

  void Serve() {
    for (;;) {
      std::function<void()> work;
      {
        absl::MutexLock lock(&mutex);
        mutex.Await(absl::Condition(this, &Shared::HasWork));
        if (ending) break;
        work = std::exchange(call, nullptr);
      }
      work();
      work = nullptr;  // what it owns goes before the caller hears of it
      absl::MutexLock lock(&mutex);
      pending = false;
      if (ending) break;
    }
    absl::MutexLock lock(&mutex);
    ended = true;
  }
};

BoundedCaller::BoundedCaller() : shared_(std::make_shared<Shared>()) {
  std::thread([shared = shared_] { shared->Serve(); }).detach();
}

BoundedCaller::~BoundedCaller() {
  absl::MutexLock lock(&shared_->mutex);
  shared_->ending = true;
  if (!stuck_) shared_->mutex.Await(absl::Condition(&shared_->ended));
}

bool BoundedCaller::Run(absl::Duration limit, std::function<void()> call) {
  if (stuck_) return false;
  absl::MutexLock lock(&shared_->mutex);
  shared_->call = std::move(call);
  shared_->pending = true;
  stuck_ = !shared_->mutex.AwaitWithTimeout(absl::Condition(shared_.get(), &Shared::Idle), limit);
  return !stuck_;
}

}  // namespace lagesbild::io
