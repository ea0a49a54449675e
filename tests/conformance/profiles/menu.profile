# A client with a menu, which asks for one thing after the other:
#   1) send  2) leave
#   choice: 1
#   to: bob
#   text: Hello
# and which asks "another name? [y/n]" when a name is taken.
send_line = 1\r{name}\r{text}
retry_line = y\r{name}
line_without_recipient = 1\r\r{text}
line_without_text = 1\r{name}\r
line_without_name = {text}
empty_line =
