// The C11 threads that librdkafka uses, by way of pthreads: for ThreadSanitizer, which sees
// pthreads only. In its builds alone; the executable exports these, so that the library takes them
// for libc's.
#include <errno.h>
#include <pthread.h>
#include <threads.h>

#include <memory>

namespace {

int Result(int error) {
  if (error == 0) return thrd_success;
  if (error == ETIMEDOUT) return thrd_timedout;
  return error == EBUSY ? thrd_busy : thrd_error;
}

struct Start {
  thrd_start_t function;
  void* argument;
};
void* Begin(void* start) {
  const std::unique_ptr<Start> owned(static_cast<Start*>(start));
  return reinterpret_cast<void*>(static_cast<intptr_t>(owned->function(owned->argument)));
}

// glibc's own are these, too.
static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));
pthread_mutex_t* Of(mtx_t* m) { return reinterpret_cast<pthread_mutex_t*>(m); }
pthread_cond_t* Of(cnd_t* c) { return reinterpret_cast<pthread_cond_t*>(c); }

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<Start>(Start{function, argument});
  const int error = pthread_create(thread, nullptr, &Begin, start.get());
  if (error == 0) start.release();
  return Result(error);
}
int thrd_join(thrd_t thread, int* result) {
  void* value = nullptr;
  const int error = pthread_join(thread, &value);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(value));
  return Result(error);
}
int thrd_detach(thrd_t thread) { return Result(pthread_detach(thread)); }

int mtx_init(mtx_t* m, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  const int kind = type & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL;
  pthread_mutexattr_settype(&attributes, kind);
  return Result(pthread_mutex_init(Of(m), &attributes));
}
void mtx_destroy(mtx_t* m) { pthread_mutex_destroy(Of(m)); }
int mtx_lock(mtx_t* m) { return Result(pthread_mutex_lock(Of(m))); }
int mtx_trylock(mtx_t* m) { return Result(pthread_mutex_trylock(Of(m))); }
int mtx_unlock(mtx_t* m) { return Result(pthread_mutex_unlock(Of(m))); }

int cnd_init(cnd_t* c) { return Result(pthread_cond_init(Of(c), nullptr)); }
void cnd_destroy(cnd_t* c) { pthread_cond_destroy(Of(c)); }
int cnd_signal(cnd_t* c) { return Result(pthread_cond_signal(Of(c))); }
int cnd_broadcast(cnd_t* c) { return Result(pthread_cond_broadcast(Of(c))); }
int cnd_wait(cnd_t* c, mtx_t* m) { return Result(pthread_cond_wait(Of(c), Of(m))); }
int cnd_timedwait(cnd_t* c, mtx_t* m, const timespec* until) {
  return Result(pthread_cond_timedwait(Of(c), Of(m), until));
}

}  // extern "C"
