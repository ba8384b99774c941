// BoundedCaller: runs calls that may never return, and gives up waiting for them.
//
// librdkafka's send_offsets_to_transaction ignores its time-out while the group's coordinator is
// away (its issues 5456, 5511), and its other transactional calls wait without bound for a thread
// of its own. Each sink has a helper thread that makes them. Thread-compatible.
#pragma once

#include <functional>
#include <memory>

#include "absl/time/time.h"

namespace lagesbild::io {

class BoundedCaller {
 public:
  BoundedCaller();
  // Waits for the helper thread; leaves it alone if it is stuck. It then ends when its call
  // returns.
  ~BoundedCaller();
  BoundedCaller(const BoundedCaller&) = delete;
  BoundedCaller& operator=(const BoundedCaller&) = delete;

  // Runs `call` and returns true when it has returned; false if it has not within `limit`, and at
  // once ever after. `call` owns whatever it touches: it may be running when everything here is
  // gone.
  bool Run(absl::Duration limit, std::function<void()> call);
  bool stuck() const { return stuck_; }

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // the helper's too, which may outlive this
  bool stuck_ = false;
};

}  // namespace lagesbild::io
