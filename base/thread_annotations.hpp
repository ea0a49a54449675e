#pragma once

#include <condition_variable>
#include <mutex>

/// clang's -Wthread-safety attributes, and the standard mutex wrapped so that it carries them.
#if defined(__clang__)
#define PARLEY_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define PARLEY_THREAD_ATTRIBUTE(x)
#endif
#define CAPABILITY(x) PARLEY_THREAD_ATTRIBUTE(capability(x))
#define SCOPED_CAPABILITY PARLEY_THREAD_ATTRIBUTE(scoped_lockable)
#define GUARDED_BY(x) PARLEY_THREAD_ATTRIBUTE(guarded_by(x))
#define PT_GUARDED_BY(x) PARLEY_THREAD_ATTRIBUTE(pt_guarded_by(x))
#define REQUIRES(...) PARLEY_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) PARLEY_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) PARLEY_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define RELEASE(...) PARLEY_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))

namespace parley {

/// A std::mutex that the analysis knows.
class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for a scope; may let it go and take it again in between.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() {
    if (held_) mutex_.unlock();
  }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void lock() ACQUIRE() {
    mutex_.lock();
    held_ = true;
  }
  void unlock() RELEASE() {
    mutex_.unlock();
    held_ = false;
  }

 private:
  Mutex& mutex_;
  bool held_ = true;
};

/// Lets a Mutex that is held go for a scope.
class SCOPED_CAPABILITY MutexUnlock {
 public:
  explicit MutexUnlock(Mutex& mutex) RELEASE(mutex) : mutex_(mutex) { mutex_.unlock(); }
  ~MutexUnlock() RELEASE() {
    mutex_.lock();
  }  // for the analysis: releases the scope's hold on being unlocked
  MutexUnlock(const MutexUnlock&) = delete;
  MutexUnlock& operator=(const MutexUnlock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waits on a Mutex. Callers loop on their condition, so that the analysis sees what they read under the
/// lock.
using Condition = std::condition_variable_any;

}  // namespace parley
