#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "tests/conformance/model/dialect.hpp"
#include "tests/conformance/process/interruption.hpp"
#include "tests/conformance/process/patience.hpp"

namespace parley::conform {

class LatenessMeter;
class StartGate;

/// How a run is done. Constant while it runs.
struct Settings {
  /// For everything that must come: many times what a program needs for it.
  std::chrono::milliseconds timeout{2'000};
  /// How long the server under test gives a recipient, with room to spare: the one wait that is long (D1.8).
  std::chrono::milliseconds receipt_time{12'000};
  /// From REGISTERED until what builds on it is sent: many times what a server is late by chance (R4.7).
  std::chrono::milliseconds ready_time{50};
  /// For the whole run, the start of the program included; 0: no limit.
  std::chrono::milliseconds budget{0};
  std::uint64_t seed = 1;
  Dialect dialect;
  /// What the program under test does not do, as the case about it has shown: what else is wrong with it is
  /// to be seen all the same.
  struct Lacking {
    bool word = false;       ///< the right one for a delivery (M2.1): any is taken
    bool listening = false;  ///< for RECEIVED on TORECV (D1.2): recipients answer on TOSEND
    bool reports = false;    ///< of deliveries (D1.2): none is waited for, and those that come mean nothing
    bool receipts = false;   ///< of a client (C4.2): likewise
    bool display = false;    ///< by a client, of what came in (C4.1)
  } lacking;
  /// Of the server under test; null for one that runs already.
  IsAtRest is_at_rest;
  /// What it has used of the processor since it was started; null likewise.
  std::function<std::chrono::milliseconds()> processor_time;
  /// Null where nobody else starts programs at the same time.
  StartGate* starts = nullptr;
  /// Null where nobody may end the run.
  const Interruption* interruption = nullptr;
  /// How late the suite is; null where nobody measures.
  const LatenessMeter* lateness = nullptr;
  /// No other program is judged at the same time: when the machine is busy only while this one runs, it is by
  /// its doing.
  bool is_alone = true;
};

}  // namespace parley::conform
