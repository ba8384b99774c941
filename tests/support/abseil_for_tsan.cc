// What absl::Mutex does, said to ThreadSanitizer: Debian's library is built without it, so its
// locks would go unseen. In TSan builds alone; the linker sends the calls here (--wrap,
// CMakeLists.txt).
//
// What a Condition reads while somebody waits is not looked at: whoever unlocks may read it.
#include <sanitizer/tsan_interface.h>

#include "absl/synchronization/mutex.h"

extern "C" {

#define LB_REAL(symbol) __real__ZN4absl7debian35Mutex##symbol
#define LB_WRAP(symbol) __wrap__ZN4absl7debian35Mutex##symbol

void LB_REAL(4LockEv)(absl::Mutex*);
void LB_REAL(6UnlockEv)(absl::Mutex*);
void LB_REAL(5AwaitERKNS0_9ConditionE)(absl::Mutex*, const absl::Condition&);
bool LB_REAL(16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE)(absl::Mutex*,
                                                                 const absl::Condition&,
                                                                 absl::Duration);

void LB_WRAP(4LockEv)(absl::Mutex* mutex) {
  __tsan_mutex_pre_lock(mutex, 0);
  LB_REAL(4LockEv)(mutex);
  __tsan_mutex_post_lock(mutex, 0, 0);
}

void LB_WRAP(6UnlockEv)(absl::Mutex* mutex) {
  __tsan_mutex_pre_unlock(mutex, 0);
  LB_REAL(6UnlockEv)(mutex);
  __tsan_mutex_post_unlock(mutex, 0);
}

void LB_WRAP(5AwaitERKNS0_9ConditionE)(absl::Mutex* mutex, const absl::Condition& condition) {
  __tsan_mutex_pre_unlock(mutex, 0);
  __tsan_mutex_post_unlock(mutex, 0);
  __tsan_mutex_pre_lock(mutex, 0);
  LB_REAL(5AwaitERKNS0_9ConditionE)(mutex, condition);
  __tsan_mutex_post_lock(mutex, 0, 0);
}

bool LB_WRAP(16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE)(absl::Mutex* mutex,
                                                                 const absl::Condition& condition,
                                                                 absl::Duration timeout) {
  __tsan_mutex_pre_unlock(mutex, 0);
  __tsan_mutex_post_unlock(mutex, 0);
  __tsan_mutex_pre_lock(mutex, 0);
  const bool held =
      LB_REAL(16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE)(mutex, condition, timeout);
  __tsan_mutex_post_lock(mutex, 0, 0);
  return held;
}

}  // extern "C"
