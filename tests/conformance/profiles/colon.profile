# A client that takes "name: text" instead of "@name text".
send_line = {name}: {text}
line_without_text = {name}:
line_without_name = : {text}
