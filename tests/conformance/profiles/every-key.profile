# Every key of a profile. A line that is left out leaves its default, which most clients need no profile for;
# the values here are examples.
#
# What is typed: {name} and {text} are replaced, \r is the Enter key and parts lines that are typed one after the
# other. Enter is typed behind the last line too.
send_line = @{name} {text}
retry_line = {name}

# Lines that are no message: nothing may be sent for them (C2.3).
line_without_recipient = {text}
line_without_text = @{name}
line_without_name = @ {text}
empty_line =

# The patterns are regular expressions as in JavaScript; capitals and small letters are alike, ^ and $ stand for
# the beginning and the end of any line.
#
# Questions before the client connects, at the end of what it has printed.
asks_name = (user|nick|login|alias|^name|(your|enter|choose|the|a) name)[^\n]*[:?>]\s*$
asks_host = (host|server|address|\bip\b)[^\n]*[:?>]\s*$
asks_port = port[^\n]*[:?>]\s*$

# What it prints. Without one of these any new text will do that differs from what is printed at other times.
ready = welcome|>\s*$
delivered = delivered
not_delivered = not delivered|error
no_answer = no answer|timed? ?out
refused_line = usage|write @
refused_name = refused|taken|error
server_gone = closed|lost|gone
shows_message = ^\[?{name}\]?:? .*{text}

# How long to wait, in seconds.
start_time_s = 10
answer_time_s = 20
