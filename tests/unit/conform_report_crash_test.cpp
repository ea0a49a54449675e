#include <doctest/doctest.h>

#include <string>

#include "tests/conformance/model/crash_text.hpp"

using parley::conform::crash_in;

TEST_CASE("the exception that ended a Python thread, and the line of the program's own") {
  CHECK(crash_in("listening\n"
                 "Exception in thread Thread-3 (serve):\n"
                 "Traceback (most recent call last):\n"
                 "  File \"/usr/lib/python3.11/threading.py\", line 1038, in _bootstrap_inner\n"
                 "    self.run()\n"
                 "  File \"/home/ada/chat/server.py\", line 42, in serve\n"
                 "    name = words[2]\n"
                 "           ~~~~~^^^\n"
                 "IndexError: list index out of range\n"
                 "more\n") == "IndexError: list index out of range (server.py, line 42)");
}

TEST_CASE("the first of several, since the others follow from it") {
  const std::string first =
      "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'bob'\n";
  CHECK(crash_in(first +
                 "Traceback (most recent call last):\n  File \"a.py\", line 9, in g\nOSError: gone\n") ==
        "KeyError: 'bob' (a.py, line 1)");
}

TEST_CASE("the exception that ended a Java thread") {
  CHECK(crash_in(
            "Exception in thread \"Thread-0\" java.lang.NumberFormatException: For input string: \"abc\"\r\n"
            "\tat java.base/java.lang.Integer.parseInt(Integer.java:668)\r\n"
            "\tat Server.handle(Server.java:73)\r\n") ==
        "java.lang.NumberFormatException: For input string: \"abc\" (Server.java:73)");
}

TEST_CASE("the exception that ended a C++ program") {
  CHECK(
      crash_in("terminate called after throwing an instance of 'std::invalid_argument'\n  what():  stoi\n") ==
      "std::invalid_argument: stoi");
  CHECK(crash_in("terminate called after throwing an instance of 'int'\n") == "int");
}

TEST_CASE("what is no crash is none, and nothing in it reaches a terminal raw") {
  CHECK(crash_in("") == "");
  CHECK(crash_in("alice said: Traceback (most recent call last):\n") == "");
  CHECK(crash_in("Traceback (most recent call last):\n  File \"a.py\", line 1\n") == "");
  CHECK(crash_in("panic: \x1b[31mno\n").find('\x1b') == std::string::npos);
}
