# The client side of parley-conform: the pseudo-terminal, what is judged on it, and the cases.
set(client_sources
  bench/client_bench.cpp
  bench/client_profile.cpp
  bench/client_sign_on.cpp
  bench/client_trial.cpp
  cases/client_framing.cpp
  cases/client_receiving.cpp
  cases/client_sending.cpp
  cases/client_session.cpp
  process/client_process.cpp
  process/client_screen_model.cpp
  process/client_screen_text.cpp
  process/client_terminal.cpp)
