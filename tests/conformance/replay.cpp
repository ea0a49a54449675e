#include "tests/conformance/replay.hpp"

#include <ostream>
#include <set>
#include <string>

#include "protocol/text.hpp"

namespace parley::conform {
namespace {

constexpr std::string_view server_prelude = R"(import socket
import sys

HOST = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 5050
PATIENCE_S = 5
sockets = {}


def connect(label):
    sockets[label] = socket.create_connection((HOST, PORT), PATIENCE_S)
    sockets[label].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(f"{label}: connected")

)";

constexpr std::string_view client_prelude = R"(import socket
import sys

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 5050
PATIENCE_S = 60
sockets = {}
listener = socket.create_server(("127.0.0.1", PORT))
print(f"start the client against 127.0.0.1 port {PORT}")


def connect(label):
    sockets[label] = listener.accept()[0]
    sockets[label].settimeout(PATIENCE_S)
    print(f"{label}: connected")


def type_this(text):
    print(f"type: {text!r}")

)";

constexpr std::string_view functions = R"(
def send(label, data):
    print(f"{label}: sending  {data!r}")
    try:
        sockets[label].sendall(data)
    except OSError as error:
        print(f"{label}: {error}")


def receive(label, recorded):
    data = b""
    try:
        while len(data) < len(recorded):
            more = sockets[label].recv(len(recorded) - len(data))
            if not more:
                print(f"{label}: the end of the stream")
                break
            data += more
    except OSError as error:
        print(f"{label}: {error}")
    print(f"{label}: received {data!r}")
    if data != recorded:
        print(f"{label}: before it was {recorded!r}")


def receive_end(label):
    try:
        data = sockets[label].recv(4096)
        print(f"{label}: the end of the stream" if not data else f"{label}: received {data!r}, no end")
    except OSError as error:
        print(f"{label}: {error}")


)";

/// A Python bytes literal.
std::string literal(std::string_view bytes) {
  std::string out = "b\"";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (byte >= 0x20 && byte < 0x7F)
      out += c;
    else
      append_hex(out += "\\x", byte);
  }
  return out + '"';
}

void write_call(std::ostream& out, const char* function, const std::string& label) {
  out << function << '(' << literal(label).substr(1) << ')' << '\n';
}

void write_entry(std::ostream& out, const Entry& entry, const std::string& label, bool is_socket) {
  const std::string name = literal(label).substr(1);
  if (!is_socket) {
    if (entry.happening == Happening::sent) out << "type_this(" << literal(entry.bytes) << ")\n";
    return;
  }
  switch (entry.happening) {
    case Happening::opened:
      return write_call(out, "connect", label);
    case Happening::sent:
      out << "send(" << name << ", " << literal(entry.bytes) << ")\n";
      return;
    case Happening::received:
      out << "receive(" << name << ", " << literal(entry.bytes) << ")\n";
      return;
    case Happening::ended:
    case Happening::reset:
      return write_call(out, "receive_end", label);
    case Happening::closed:
      out << "sockets[" << name << "].close()\n";
      return;
    case Happening::note:
      out << "# " << visible(label) << ": " << visible(entry.bytes) << '\n';
      return;
  }
}

void write_replay(std::ostream& out, const Result& result, std::string_view prelude) {
  out << "#!/usr/bin/env python3\n# " << result.id << ": " << result.title << "\n# " << result.clause->id
      << " (" << to_text(result.clause->level) << ") " << result.clause->sentence << "\n";
  if (result.failure)
    out << "# It failed: expected " << visible(result.failure->expected) << ", but there came "
        << visible(result.failure->came) << ".\n";
  out << prelude << functions;
  std::set<std::size_t> sockets;
  for (const Entry& entry : result.transcript.entries()) {
    if (entry.happening == Happening::opened) sockets.insert(entry.lane);
    write_entry(out, entry, result.transcript.lanes()[entry.lane], sockets.contains(entry.lane));
  }
}

}  // namespace

void write_server_replay(std::ostream& out, const Result& result) {
  write_replay(out, result, server_prelude);
}

void write_client_replay(std::ostream& out, const Result& result) {
  write_replay(out, result, client_prelude);
}

}  // namespace parley::conform
