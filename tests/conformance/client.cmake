# The client side of parley-conform: the pseudo-terminal, what is judged on it, and the cases.
set(client_sources
  cases_client_framing.cpp
  cases_client_receiving.cpp
  cases_client_sending.cpp
  cases_client_session.cpp
  client_bench.cpp
  client_process.cpp
  client_profile.cpp
  client_screen_text.cpp
  client_sign_on.cpp
  client_terminal.cpp
  client_trial.cpp)
