-- Parley's dialects, but the browsers', in Wireshark and tshark; server/OPERATING.md says how to use it, protocol/PROTOCOL.md what is read here.
-- Runs under the Lua 5.2 of Wireshark 4.0 and the Lua 5.4 of later ones.

local parley = Proto("parley", "Parley")

local f = {
  dialect = ProtoField.string("parley.dialect", "Dialect"),
  request = ProtoField.string("parley.request", "Request"),
  answer = ProtoField.string("parley.answer", "Answer"),
  user = ProtoField.string("parley.user", "User", base.NONE, "Who has signed on with this connection"),
  name = ProtoField.string("parley.name", "Name"),
  has_password = ProtoField.bool("parley.has_password", "Password", base.NONE, nil, nil, "One was sent, or what may be one; it is not shown"),
  channel = ProtoField.string("parley.channel", "Channel"),
  sender = ProtoField.string("parley.sender", "Sender"),
  recipient = ProtoField.string("parley.recipient", "Recipient"),
  room = ProtoField.string("parley.room", "Room"),
  audience = ProtoField.string("parley.audience", "Audience"),
  length = ProtoField.uint32("parley.length", "Length", base.DEC, nil, nil, "Bytes of the body, as the message tells them"),
  body = ProtoField.bytes("parley.body", "Body"),
  text = ProtoField.string("parley.text", "Text", base.NONE, "What is said, with bytes that are no text as \\xNN"),
  code = ProtoField.uint16("parley.error.code", "Code"),
  phrase = ProtoField.string("parley.error.phrase", "Phrase"),
  negotiation = ProtoField.string("parley.negotiation", "Telnet command"),
  answered_in = ProtoField.framenum("parley.answered_in", "Answered in", base.NONE, frametype.RESPONSE),
  answer_to = ProtoField.framenum("parley.answer_to", "Answer to", base.NONE, frametype.REQUEST),
  time = ProtoField.relative_time("parley.time", "Time", "From the request to its answer"),
}
parley.fields = f

local expert = {
  refused = ProtoExpert.new("parley.refused", "Refused", expert.group.RESPONSE_CODE, expert.severity.WARN),
  malformed = ProtoExpert.new("parley.malformed", "Malformed", expert.group.MALFORMED, expert.severity.ERROR),
  unasked = ProtoExpert.new("parley.unasked", "Answers nothing", expert.group.SEQUENCE, expert.severity.NOTE),
}
parley.experts = expert

parley.prefs.most_body_bytes = Pref.uint("Longest body", 65536, "In bytes, as parleyd's --max-body-bytes")

local most_header_bytes = 4096
local most_livecode_header_bytes = 64
local most_levels = 16

-- Reading. A dialect's read(input, connection, flow) takes one message off input.bytes at input.at, and moves that behind it. It
-- returns nil when it has only skipped something, and calls want() when more must come first. `flow` is what is known of one
-- direction: `open` are requests without an answer, `skip` are bytes that nobody reads, `is_lost` that no end can be told any more.

local function want(input, bytes)
  input.wanted = bytes or DESEGMENT_ONE_MORE_SEGMENT
end

local function trim(text)
  return text:match("^[ \t\r\n]*(.-)[ \t\r\n]*$")
end

-- These words, those that are nil or empty left out.
local function join(...)
  local words = {}
  for i = 1, select("#", ...) do
    local word = select(i, ...)
    if word and word ~= "" then words[#words + 1] = word end
  end
  return table.concat(words, " ")
end

local function split_word(text)
  return text:match("^([^ \t\r]*)[ \t\r]?(.*)$")
end

-- Moves behind these characters; false when nothing else has come.
local function skip(input, blanks)
  input.at = input.bytes:find("[^" .. blanks .. "]", input.at) or #input.bytes + 1
  return input.at <= #input.bytes
end

-- A message of the bytes up to `last`, which input.at moves behind.
local function take(input, last, message)
  message.first, message.last = input.at, last
  input.at = last + 1
  return message
end

-- A message of which no more can be told; the server answers it all the same.
local function unreadable(flow, fault)
  return {[flow.from_client and "request" or "answer"] = "?", malformed = fault, asks = flow.from_client}
end

-- All that has come, when nobody can tell where the next message begins.
local function take_rest(input, flow, fault)
  flow.is_lost = true
  return take(input, #input.bytes, unreadable(flow, fault))
end

local function is_asked(...)
  local words = {...}
  return function(request)
    for _, word in ipairs(words) do
      if request.request == word then return true end
    end
    return false
  end
end

local function anything() return true end

-- A name, and perhaps a password behind it. That goes into no message: only the bytes of the capture have it.
local function read_name(message, words, ...)
  local name, secret = split_word(trim(words))
  message.name = name
  message.has_password = trim(secret) ~= "" or nil
  message.summary = join(..., name, message.has_password and "(password)")
  if message.has_password then message.text = nil end
end

-- Two-socket

local too_long_header = "the header is over the limit"

local function is_header_too_long(input, line_end)
  return (line_end or #input.bytes) - input.at >= most_header_bytes
end

local line_words = {REGISTER = true, REGISTERED = true, RECEIVED = true, ERROR = true, SENT = true}

-- What a header line tells; it is kept in `header`.
local function read_header(line, header)
  local name, value = line:match("^([^ \t\r:]+)[ \t\r]*:[ \t\r]*(.*)$")
  name = name and name:lower()
  if name == "audience" then header.audience = header.audience or value end
  if name ~= "content-length" then return name end
  local number = value:match("^%d+$") and tonumber(value)
  if not number then
    header.fault = header.fault or "Content-length is not a number"
  elseif header.length and header.length ~= number then
    header.fault = header.fault or "two different Content-lengths"
  elseif number > parley.prefs.most_body_bytes then
    header.fault = header.fault or "Content-length is over the limit"
  end
  header.length = header.length or number
  return name
end

-- Behind a message that is complete at its first line: the empty line, or header lines nobody needs, and their body.
local function read_trailer(input, flow)
  local trailer = flow.trailer
  local line_end = input.bytes:find("\n", input.at, true)
  if not line_end then return want(input) end
  local line = trim(input.bytes:sub(input.at, line_end - 1))
  local is_header = line ~= "" and read_header(line, trailer)
  if line == "" or is_header then
    input.at = line_end + 1
    if trailer.input == input then trailer.message.last = line_end end
  end
  if is_header then return end
  if line == "" and trailer.length and not trailer.fault then flow.skip = trailer.length end
  flow.trailer = nil
end

local function read_line_message(word, rest, flow)
  local message = {[flow.from_client and word == "REGISTER" and "request" or "answer"] = word, summary = join(word, rest)}
  if word == "REGISTER" or word == "REGISTERED" then
    local channel, name = split_word(rest)
    message.channel = channel
    read_name(message, name, join(word, channel))
    message.asks = word == "REGISTER"
    message.fits = word == "REGISTERED" and {is_asked("REGISTER")}
    message.signs_on = word == "REGISTERED"
  elseif word == "ERROR" then
    local code, phrase = split_word(rest)
    message.code = code:find("^%d%d?%d?%d?$") and tonumber(code) or nil
    message.phrase, message.refused = trim(phrase), rest
    message.fits = {function(request) return (request.request == "REGISTER") == (code == "100") end, anything}
  elseif word == "RECEIVED" then
    local name = rest:lower()
    message.sender = rest
    message.fits = {function(request) return request.sender:lower() == name end, anything}
  else
    message.recipient = rest
    message.fits = {is_asked("SEND")}
  end
  return message
end

local function read_block_message(input, flow, word, rest, begin)
  local header = {}
  repeat
    local line_end = input.bytes:find("\n", begin, true)
    if is_header_too_long(input, line_end) then return take_rest(input, flow, too_long_header) end
    if not line_end then return want(input) end
    local line = trim(input.bytes:sub(begin, line_end - 1))
    read_header(line, header)
    begin = line_end + 1
  until line == ""
  local is_known = word == (flow.from_client and "SEND" or "FORWARD")
  local fault = header.fault or is_known and not header.length and "there is no Content-length" or nil
  local message = {request = word, length = header.length, audience = header.audience, malformed = fault,
                   asks = flow.from_client or is_known}
  message[word == "FORWARD" and "sender" or "recipient"] = is_known and rest or nil
  message.summary = is_known and ("%s %s, %s bytes"):format(word, rest, header.length or "?") or join(word, rest)
  local body_bytes = not fault and header.length or 0
  local last = begin - 1 + body_bytes
  if #input.bytes < last then return want(input, last - #input.bytes) end
  if fault then
    -- The server reads nothing behind it, a client goes on.
    flow.is_lost = flow.from_client
    flow.skip = header.length or 0
  end
  message.body_first, message.body_bytes = begin, body_bytes
  message.text = is_known and not fault and input.bytes:sub(begin, last) or nil
  return take(input, last, message)
end

local function read_two_socket(input, _, flow)
  if flow.trailer then return read_trailer(input, flow) end
  if not skip(input, " \t\r\n") then return end
  local line_end = input.bytes:find("\n", input.at, true)
  if is_header_too_long(input, line_end) then return take_rest(input, flow, too_long_header) end
  if not line_end then return want(input) end
  local word, rest = split_word(trim(input.bytes:sub(input.at, line_end - 1)))
  rest = trim(rest)
  if not line_words[word] and (flow.from_client or word ~= "SEND") then
    return read_block_message(input, flow, word, rest, line_end + 1)
  end
  local message = take(input, line_end, read_line_message(word, rest, flow))
  flow.trailer = {input = input, message = message}
  return message
end

-- LiveCode

local function read_livecode_body(word, body, flow)
  local text = body:match("^(.-)[\r\n]*$")
  local message = {text = text, summary = join(word, text)}
  if flow.from_client then
    message.request, message.asks = word, true
    if word == "AUTH" then
      read_name(message, text, word)
    elseif word ~= "MESG" then
      message.name = text
    end
    return message
  end
  message.answer = word
  if word == "VERI" or word == "DCNX" then
    message.signs_on, message.signs_off = word == "VERI", word == "DCNX"
    message.fits = {word == "VERI" and is_asked("AUTH") or is_asked("DCNX", "STOP")}
  elseif word == "ERRO" or word == "WARN" then
    message.phrase, message.refused, message.fits = text, text, {anything}
  else
    message.sender = text:match("^([^%s:]+): ") or text:match("^([^%s:]+) %(private%): ")
    message.name = text:match("^(%S+) connected$") or text:match("^(%S+) disconnected$")
    local said = text:match("^[^%s:]+: (.*)$")
    message.may_fit = said and {function(request) return request.request == "MESG" and request.user == message.sender end}
  end
  return message
end

local function read_livecode(input, _, flow)
  if flow.is_in_long_line then
    local line_end = input.bytes:find("\n", input.at, true)
    flow.is_in_long_line = not line_end
    input.at = (line_end or #input.bytes) + 1
    return
  end
  if not skip(input, " \t\r\n") then return end
  local line_end = input.bytes:find("\n", input.at, true)
  local header_bytes = (line_end or #input.bytes + 1) - input.at
  if not line_end and header_bytes <= most_livecode_header_bytes then return want(input) end
  local line = input.bytes:sub(input.at, (line_end or #input.bytes + 1) - 1)
  local word, length = line:match("^([^,]*),[ \t\r]*(%d+)[ \t\r]*$")
  if not length or header_bytes > most_livecode_header_bytes then
    flow.is_in_long_line = not line_end
    return take(input, line_end or #input.bytes, unreadable(flow, "that is no length"))
  end
  length = tonumber(length)
  if length > parley.prefs.most_body_bytes then return take_rest(input, flow, "the length is over the limit") end
  local last = line_end + length
  if #input.bytes < last then return want(input, last - #input.bytes) end
  local message = read_livecode_body(trim(word):upper(), input.bytes:sub(line_end + 1, last), flow)
  message.length, message.body_first, message.body_bytes = length, line_end + 1, length
  return take(input, input.bytes:sub(last + 1, last + 1) == "\n" and last + 1 or last, message)
end

-- Names

local function read_names_payload(payload, flow)
  payload = payload:match("^(.-)[\r\n]*$")
  local message = {summary = payload, text = payload}
  if flow.from_client then
    local word, rest = payload:match("^ *([^ ]*) ?(.*)$")
    message.request, message.asks = word == "" and "EXIT" or word:upper(), true
    if message.request == "NAME" then read_name(message, rest, "NAME") end
    if message.request == "MSG" then message.recipient, message.text = rest:match("^ *([^ ]*) ?(.*)$") end
    return message
  end
  local sender, said = payload:match("^(%S+) sent (.*)$")
  if sender then
    message.answer, message.sender, message.text, message.summary = "sent", sender, said, sender .. " sent " .. said
    return message
  end
  message.drops_older = true  -- a MSG that is sent on has no answer, and answers come in order
  message.name = payload:match("^Hello (%S+)$")
  if message.name then
    message.answer, message.signs_on, message.fits = "Hello", true, {is_asked("NAME")}
  elseif payload == "EXIT" then
    message.answer, message.signs_off, message.fits = "EXIT", true, {is_asked("EXIT")}
  elseif payload == "Wrong protocol" or payload:find("^A message is written so") or payload:find("^You have no name yet") or
    payload:find(" .*%.$") and payload ~= "Nobody has a name yet." then
    local is_of_a_tell = payload:find("^There is nobody") or payload:find("^A message") or payload:find("^You have no")
    message.answer, message.phrase, message.refused = "refused", payload, payload
    message.fits = {function(request) return (request.request == "MSG") == (is_of_a_tell ~= nil) end, anything}
  else
    message.answer, message.fits = "names", {is_asked("GET_NAMES")}
  end
  return message
end

-- Without lengths: lines, or each piece as it comes (NM2).
local function read_raw_names(input, connection, flow)
  local last = #input.bytes
  if connection.has_lines then
    last = input.bytes:find("[\r\n]", input.at)
    if not last then return want(input) end
  end
  return take(input, last, read_names_payload(input.bytes:sub(input.at, last), flow))
end

local function read_names(input, connection, flow)
  if not skip(input, "\r\n") then return end
  local bytes, at = input.bytes, input.at
  if not connection.width then
    local digits = #bytes:match("^%d*", at)
    if digits <= 10 and at + digits > #bytes then return want(input) end
    if digits == 0 and flow.from_client then
      if bytes:find("^%u[%u_]*$", at) then return want(input) end  -- half a command, perhaps of a line
      connection.has_lines = bytes:find("[\r\n]", at) ~= nil
    end
    if digits == 0 and not flow.from_client then return read_raw_names(input, connection, flow) end
    if digits ~= 1 and digits <= 10 then connection.width = digits end
  end
  local width = connection.width
  if width == 0 then return read_raw_names(input, connection, flow) end
  local digits = width and bytes:match("^%d*", at):sub(1, width)
  if width and #digits < width and at + #digits > #bytes then return want(input) end
  if not width or #digits < width then
    return take(input, #bytes, unreadable(flow, "that is no length"))
  end
  local length = tonumber(digits)
  local last = at + width - 1 + length
  if length > parley.prefs.most_body_bytes then
    flow.skip = length
    return take(input, at + width - 1, unreadable(flow, "the length is over the limit"))
  end
  if #bytes < last then return want(input, last - #bytes) end
  local message = read_names_payload(bytes:sub(at + width, last), flow)
  message.length, message.body_first, message.body_bytes = length, at + width, length
  return take(input, last, message)
end

-- Telnet

local prompt = "Please enter your name: "
local password_prompt = "Password: "
local echo = 1
local telnet_verbs = {[251] = "WILL", [252] = "WONT", [253] = "DO", [254] = "DONT"}

-- The last byte of the Telnet command that begins there, nil when it has not come; IAC IAC is the byte FF.
local function command_end(bytes, at)
  local command = bytes:byte(at + 1)
  if not command then return nil end
  if telnet_verbs[command] then return bytes:byte(at + 2) and at + 2 end
  if command ~= 250 then return at + 1 end
  repeat  -- a subnegotiation, up to any command but IAC IAC
    at = bytes:find("\255", at + 2, true)
    command = at and bytes:byte(at + 1)
  until command ~= 255
  if not command then return nil end
  return command == 240 and at + 1 or at - 1
end

-- Where a line's text, and the line, end; nil when more must come.
local function telnet_line_end(bytes, at)
  while true do
    at = bytes:find("[\r\n\255]", at)
    if not at then return nil end
    if bytes:byte(at) ~= 255 then return at - 1, bytes:find("^\r[\n\0]", at) and at + 1 or at end
    if bytes:byte(at + 1) == 236 then return at - 1, at + 1 end  -- end of file
    local last = command_end(bytes, at)
    if not last then return nil end
    at = last + 1
  end
end

-- A line without Telnet's commands, and with what was erased gone.
local function telnet_text(line)
  local parts, at = {}, 1
  while at <= #line do
    local iac = line:find("\255", at, true)
    parts[#parts + 1] = line:sub(at, (iac or #line + 1) - 1)
    if iac and line:byte(iac + 1) == 255 then parts[#parts + 1] = "\255" end
    at = (iac and command_end(line, iac) or #line) + 1
  end
  local text, count = table.concat(parts), nil
  repeat text, count = text:gsub("[^\128-\191\b\127][\128-\191]*[\b\127]", "", 1) until count == 0
  return (text:gsub("[\b\127]", ""))
end

local function read_telnet_request(text, connection, flow)
  local awaits_name = not connection.name
  for _, request in ipairs(flow.open) do awaits_name = awaits_name and (request.name or "") == "" end
  local message = {text = text, summary = text, asks = true}
  local command, rest = text:match("^(/%S+)[ \t]*(.*)$")
  local recipient, said = text:match("^@(%S*)[ \t]*(.*)$")
  if connection.is_password_asked then
    connection.is_password_asked = false
    return {request = "PASSWORD", summary = "PASSWORD", name = connection.asked_name, has_password = true, asks = true}
  end
  -- Written before the server has answered to the name: a password, where the name needs one.
  local last = flow.open[#flow.open]
  if not connection.name and last and last.request == "NAME" and last.name ~= "" then
    return {request = "LINE", summary = "LINE (perhaps a password)", name = last.name, has_password = true, asks = true}
  end
  if awaits_name and not text:lower():find("^%s*/quit%s*$") then
    message.request, message.name, message.summary = "NAME", trim(text), "NAME " .. text
    connection.asked_name = message.name
  elseif recipient then
    message.request, message.recipient, message.text = "TELL", recipient, said
  elseif command then
    message.request = command:lower()
    if message.request == "/msg" then message.recipient, message.text = rest:match("^(%S*)[ \t]*(.*)$") end
    if message.request == "/join" then message.room = trim(rest) end
  else
    message.request, message.asks = "SAY", false
  end
  return message
end

local function read_telnet_line(text)
  local message = {answer = "line", text = text, summary = text}
  if text:find(prompt, 1, true) then
    message.answer = "prompt"
    local complaint = trim(text:sub(1, -#prompt - 1))
    if complaint ~= "" then message.phrase, message.refused, message.fits = complaint, complaint, {is_asked("NAME", "PASSWORD", "LINE")} end
  elseif text == password_prompt then
    message.answer, message.fits = "prompt", {is_asked("NAME")}
  elseif text:find("^%d+ user%(s%) online: ") then
    message.answer, message.signs_on, message.fits = "online", true, {is_asked("NAME", "PASSWORD", "/who"), is_asked("LINE")}
  elseif text:find("^You are in the room .+%.$") then
    message.room, message.may_fit = text:match("^You are in the room (.+)%.$"), {is_asked("/join")}
  else
    message.name = text:match("^%+%+%+ (%S+) arrived %+%+%+$") or text:match("^%-%-%- (%S+) left %-%-%-$")
    local sender, said = text:gsub("^%[private%] ", ""):match("^([^%s>]+)> (.*)$")
    if sender then message.sender, message.text = sender, said end
  end
  return message
end

local function read_telnet(input, connection, flow)
  local bytes, at = input.bytes, input.at
  local command = bytes:byte(at) == 255 and bytes:byte(at + 1)
  if bytes:byte(at) == 255 and command ~= 255 and command ~= 236 then
    local last = command_end(bytes, at)
    if not last then return want(input) end
    local verb = telnet_verbs[command]
    -- The server asks for a password: whatever line comes next is one.
    if not flow.from_client and verb and bytes:byte(last) == echo then connection.is_password_asked = verb == "WILL" end
    local negotiation = join("IAC", verb or tostring(command), verb and tostring(bytes:byte(last)))
    return take(input, last, {negotiation = negotiation, summary = negotiation})
  end
  local follows_cr = flow.follows_cr
  flow.follows_cr = false
  if follows_cr and bytes:find("^[\n\0]", at) then
    input.at = at + 1
    return
  end
  local text_end, last = telnet_line_end(bytes, at)
  if not flow.from_client and not connection.name then  -- the prompt has no line end
    local _, prompt_end = bytes:find(prompt, at, true)
    if connection.is_password_asked then _, prompt_end = bytes:find("^" .. password_prompt, at) end
    if prompt_end and prompt_end < (last or #bytes + 1) then text_end, last = prompt_end, prompt_end end
  end
  if not last then
    flow.follows_cr = follows_cr
    return want(input)
  end
  flow.follows_cr = bytes:byte(last) == 13
  local text = telnet_text(bytes:sub(at, text_end))
  return take(input, last, flow.from_client and read_telnet_request(text, connection, flow) or read_telnet_line(text))
end

-- Rooms

-- Where the object ends, and what is wrong with it; nil when more must come.
local function object_end(bytes, at)
  local levels = 0
  while true do
    at = bytes:find('[{}%[%]"]', at)
    if not at then return nil end
    local byte = bytes:sub(at, at)
    if byte == '"' then
      repeat
        at = bytes:find('["\\\n]', at + 1)
        byte = at and bytes:sub(at, at)
        if byte == "\\" then at = at + 1 end
      until byte ~= "\\"
      if not at then return nil end
      if byte == "\n" then return at, "that is no JSON object: a line ends in a string" end
    else
      levels = levels + ((byte == "{" or byte == "[") and 1 or -1)
      if levels <= 0 and byte == "}" then return at end
      if levels > most_levels then return at, "the object has too many levels", true end
    end
    at = at + 1
  end
end

local function to_utf8(number)
  if number < 0x80 then return string.char(number) end
  if number < 0x800 then return string.char(0xC0 + math.floor(number / 64), 0x80 + number % 64) end
  if number >= 0xD800 and number < 0xE000 then return "\239\191\189" end
  local low = string.char(0x80 + math.floor(number / 64) % 64, 0x80 + number % 64)
  if number < 0x10000 then return string.char(0xE0 + math.floor(number / 4096)) .. low end
  return string.char(0xF0 + math.floor(number / 262144), 0x80 + math.floor(number / 4096) % 64) .. low
end

local function unescape(text)
  text = text:gsub("\\u([dD][89abAB]%x%x)\\u([dD][c-fC-F]%x%x)", function(high, low)
    return to_utf8(0x10000 + (tonumber(high, 16) - 0xD800) * 1024 + tonumber(low, 16) - 0xDC00)
  end)
  local meant = {n = "\n", r = "\r", t = "\t", b = "\b", f = "\f"}
  return (text:gsub("\\(.)(%x?%x?%x?%x?)", function(letter, digits)
    if letter == "u" and #digits == 4 then return to_utf8(tonumber(digits, 16)) end
    return (meant[letter] or letter) .. digits
  end))
end

-- The strings of an object and of its payload, by their keys: type, payload.name, ...
local function object_strings(object)
  local found, keys, levels, at = {}, {}, 0, 1
  while true do
    at = object:find('[{}%[%]"]', at)
    if not at then return found end
    local byte = object:sub(at, at)
    if byte ~= '"' then
      levels = levels + ((byte == "{" or byte == "[") and 1 or -1)
    else
      local last = at
      repeat
        last = object:find('["\\]', last + 1)
        local is_escape = object:sub(last, last) == "\\"
        if is_escape then last = last + 1 end
      until not is_escape
      local text = unescape(object:sub(at + 1, last - 1))
      if object:find("^%s*:", last + 1) then
        keys[levels] = text
      elseif levels == 1 and keys[1] then
        found[keys[1]] = text
      elseif levels == 2 and keys[1] == "payload" and keys[2] then
        found["payload." .. keys[2]] = text
      end
      at = last
    end
    at = at + 1
  end
end

local function read_object(object, flow)
  local strings = object_strings(object)
  local word = strings.type or "?"
  local text = strings["payload.text"] or strings["payload.message"]
  local message = {text = text, room = strings["payload.room"] or strings["payload.room_name"], asks = flow.from_client}
  message[flow.from_client and "request" or "answer"] = word
  if word == "message" then message.sender = strings["payload.sender"] end
  message.summary = word
  if flow.from_client then
    if word == "connect" then
      message.name = strings["payload.name"] or strings["payload.nickname"] or strings["payload.sender"]
    end
    message.has_password = (strings["payload.password"] or object:find("password", 1, true)) and true or nil
    message.summary = join(word, message.name, text, message.has_password and "(password)")
    return message
  end
  message.summary = join(word, message.sender, text)
  if word == "connect_ack" or word == "exit_ack" then
    message.fits = {is_asked(word == "connect_ack" and "connect" or "exit")}
    message.signs_on, message.signs_off = word == "connect_ack", word == "exit_ack"
  elseif word == "message" then
    message.may_fit = {function(request) return request.request == "message" and request.user == message.sender end}
  elseif text then
    message.name = text:match("^(%S+) has joined the room%.$") or text:match("^(%S+) has left the room%.$")
    if not message.name and #flow.peer.open > 0 then
      message.phrase, message.refused, message.fits = text, text, {anything}
    end
  end
  return message
end

local function read_rooms(input, connection, flow)
  local bytes = input.bytes
  if connection.is_raw == nil then connection.is_raw = bytes:byte(input.at) ~= 123 end
  if connection.is_raw then
    local text = bytes:sub(input.at)
    return take(input, #bytes, {[flow.from_client and "request" or "answer"] = "raw", text = text, summary = text})
  end
  if flow.is_in_garbage then
    local stop = bytes:find("[{\n]", input.at)
    flow.is_in_garbage = not stop
    input.at = stop or #bytes + 1
    return
  end
  if not skip(input, " \t\r\n") then return end
  local last, fault, is_lost
  if bytes:byte(input.at) ~= 123 then
    local stop = bytes:find("[{\n]", input.at)
    flow.is_in_garbage = not stop
    last, fault = (stop or #bytes + 1) - 1, "that is no JSON object"
  else
    last, fault, is_lost = object_end(bytes, input.at)
    if not last then
      if #bytes - input.at < parley.prefs.most_body_bytes then return want(input) end
      return take_rest(input, flow, "the object is too long")
    end
    if is_lost then return take_rest(input, flow, fault) end
  end
  if fault then return take(input, last, unreadable(flow, fault)) end
  local message = read_object(bytes:sub(input.at, last), flow)
  message.length, message.body_first, message.body_bytes = last - input.at + 1, input.at, last - input.at + 1
  return take(input, last, message)
end

-- What belongs together

local connections = {}  -- by the number that Wireshark gives them
local users = {}        -- two-socket: a user's connections by channel
local calls = {}        -- what a piece of the stream was found to hold, when it was first seen
local last_shown = nil  -- the frame whose Info column has a message already

function parley.init()
  connections, users, calls, last_shown = {}, {}, {}, nil
end

local function take_request(open, answer, choices)
  for _, fits in ipairs(choices) do
    for i, request in ipairs(open) do
      if fits(request) then
        for _ = answer.drops_older and 1 or i, i do table.remove(open, answer.drops_older and 1 or i) end
        return request
      end
    end
  end
end

-- The user's other connection: a receipt may come on either (D5.2, M2.4).
local function find_other(connection)
  for _, other in pairs(connection.channels or {}) do
    if other ~= connection then return other end
  end
end

local function sign_on(connection, answer, name)
  connection.name = name
  if not answer.channel then return end
  local key = connection.server .. " " .. name:lower()
  if not users[key] or users[key][answer.channel] then users[key] = {} end
  users[key][answer.channel] = connection
  connection.channels = users[key]
end

-- Ties an answer to its request, and keeps a request for its answer.
local function tie(message, connection, flow)
  message.user = connection.name
  if message.asks then table.insert(flow.open, message) end
  local choices = message.fits or message.may_fit
  if not choices then return end
  local request = take_request(flow.peer.open, message, choices)
  local other = not request and find_other(connection)
  if other then request = take_request(other[flow.from_client and "from_server" or "from_client"].open, message, choices) end
  message.is_unasked = not request and message.fits ~= nil
  if request then
    message.answer_to, message.time = request.number, message.seconds - request.seconds
    request.answered_in = message.number
  end
  if message.signs_on and request and not (message.answer == "online" and request.request == "/who") then
    sign_on(connection, message, message.name or request.name)
  end
  if message.signs_off then connection.name = nil end
  message.user = message.user or connection.name
end

local tcp_stream = Field.new("tcp.stream")

local function find_connection(pinfo, server)
  local number = tcp_stream().value
  if not connections[number] then
    local from_client = {open = {}, skip = 0, from_client = true}
    local from_server = {open = {}, skip = 0, from_client = false, peer = from_client}
    from_client.peer = from_server
    local is_answer = pinfo.match == pinfo.src_port and pinfo.match ~= pinfo.dst_port
    server = server or is_answer and pinfo.src_port or pinfo.dst_port
    connections[number] = {server = tostring(pinfo.dst_port == server and pinfo.dst or pinfo.src) .. " " .. server, port = server,
                           from_client = from_client, from_server = from_server}
  end
  return connections[number]
end

local function read_all(dialect, bytes, pinfo, server)
  local connection = find_connection(pinfo, server)
  local flow = pinfo.dst_port == connection.port and connection.from_client or connection.from_server
  local input = {bytes = bytes, at = 1}
  local messages = {}
  while input.at <= #bytes and not input.wanted do
    if flow.is_lost then break end
    if flow.skip > 0 then
      local count = math.min(flow.skip, #bytes - input.at + 1)
      flow.skip, input.at = flow.skip - count, input.at + count
    else
      local message = dialect.read(input, connection, flow)
      if message then
        message.number, message.seconds = pinfo.number, pinfo.rel_ts
        tie(message, connection, flow)
        messages[#messages + 1] = message
      end
    end
  end
  local is_first = #messages > 0 and last_shown ~= pinfo.number
  if is_first then last_shown = pinfo.number end
  return {messages = messages, used = input.at - 1, wanted = input.wanted, is_lost = flow.is_lost, is_first = is_first}
end

-- Showing

-- Wireshark's strings are UTF-8 without a NUL.
local function printable(text)
  local rest = text:gsub("[\240-\244][\128-\191][\128-\191][\128-\191]", "")
  rest = rest:gsub("[\224-\239][\128-\191][\128-\191]", ""):gsub("[\194-\223][\128-\191]", "")
  local unsafe = rest:find("[\128-\255]") and "[\0-\31\127-\255]" or "[\0-\31\127]"
  return (text:gsub(unsafe, function(byte)
    return byte == "\n" and "\\n" or ("\\x%02x"):format(byte:byte())
  end))
end

local text_fields = {
  "request", "answer", "name", "channel", "sender", "recipient", "room", "audience", "phrase", "text", "negotiation",
}

local function show_message(dialect, message, tvb, tree)
  local range = tvb(message.first - 1, message.last - message.first + 1)
  local branch = tree:add(parley, range, ("Parley %s, %s"):format(dialect.word, message.shown))
  branch:add(f.dialect, range, dialect.word):set_generated()
  for _, key in ipairs(text_fields) do
    if message[key] then branch:add(f[key], range, printable(message[key])) end
  end
  if message.code then branch:add(f.code, range, message.code) end
  if message.length then branch:add(f.length, range, message.length) end
  if message.has_password then branch:add(f.has_password, range, true) end
  if message.body_bytes and message.body_bytes > 0 and not message.has_password then branch:add(f.body, tvb(message.body_first - 1, message.body_bytes)) end
  if message.user then branch:add(f.user, range, printable(message.user)):set_generated() end
  if message.answered_in then branch:add(f.answered_in, range, message.answered_in):set_generated() end
  if message.answer_to then
    branch:add(f.answer_to, range, message.answer_to):set_generated()
    local seconds = math.floor(message.time)
    branch:add(f.time, range, NSTime.new(seconds, math.floor((message.time - seconds) * 1e9 + 0.5))):set_generated()
  end
  if message.malformed then branch:add_proto_expert_info(expert.malformed, "Malformed: " .. message.malformed) end
  if message.refused then branch:add_proto_expert_info(expert.refused, "Refused: " .. printable(message.refused)) end
  if message.is_unasked then branch:add_proto_expert_info(expert.unasked, "No request in this capture has this answer") end
end

local function show(dialect, call, tvb, pinfo, tree)
  local summaries = {}
  for _, message in ipairs(call.messages) do
    message.shown = printable(message.summary or message.malformed)
    summaries[#summaries + 1] = message.shown
    show_message(dialect, message, tvb, tree)
  end
  if call.is_lost and call.used < tvb:len() then
    tree:add(parley, tvb(call.used), ("Parley %s, not read: the end of a message before cannot be told"):format(dialect.word))
  elseif #summaries == 0 and call.used > 0 then
    tree:add(parley, tvb(0, call.used), ("Parley %s, the rest of a message"):format(dialect.word))
  end
  if #summaries == 0 then return end
  pinfo.cols.protocol = "Parley"
  local info = table.concat(summaries, "; ")
  if call.is_first then pinfo.cols.info = info else pinfo.cols.info:append("; " .. info) end
end

local function dissect(dialect, tvb, pinfo, tree, server)
  local key = ("%d %d %d"):format(pinfo.number, tvb:offset(), tvb:len())
  local call = calls[key]
  if not call then
    call = read_all(dialect, tvb:raw(0, tvb:len()), pinfo, server)
    calls[key] = call
  end
  show(dialect, call, tvb, pinfo, tree)
  if call.wanted then
    pinfo.desegment_offset = call.used
    pinfo.desegment_len = call.wanted
  end
  return tvb:len()
end

-- Ports, and first bytes that nothing but a client of the dialect writes. Telnet has none.

local dialects = {
  {word = "two-socket", port = 5050, read = read_two_socket, greeting = "^REGISTER TO%u%u%u%u %w+[ \t\r]*[^%s]*[ \t\r]*\n"},
  {word = "livecode", port = 8020, read = read_livecode, greeting = "^AUTH,%d+\r?\n[^\n]+\n?$"},
  {word = "names", port = 8820, read = read_names, greeting = "^%d%d+NAME %S+[^\r\n]*[\r\n]*$"},
  {word = "telnet", port = 4004, read = read_telnet},
  {word = "rooms", port = 12345, read = read_rooms, greeting = '^{%s*"type"%s*:%s*"connect"%s*,%s*"payload"%s*:%s*{'},
}

for _, dialect in ipairs(dialects) do
  local word = dialect.word:gsub("-", "_")
  dialect.preference = word .. "_ports"
  dialect.ports = tostring(dialect.port)
  dialect.proto = Proto("parley_" .. word, "Parley " .. dialect.word)
  function dialect.proto.dissector(tvb, pinfo, tree) return dissect(dialect, tvb, pinfo, tree) end
  parley.prefs[dialect.preference] = Pref.range("Ports of " .. dialect.word, dialect.ports, "Such as " .. dialect.port, 65535)
  DissectorTable.get("tcp.port"):add(dialect.ports, dialect.proto)
end

function parley.prefs_changed()
  for _, dialect in ipairs(dialects) do
    local ports = parley.prefs[dialect.preference]
    if ports ~= dialect.ports then
      if dialect.ports ~= "" then DissectorTable.get("tcp.port"):remove(dialect.ports, dialect.proto) end
      if ports ~= "" then DissectorTable.get("tcp.port"):add(ports, dialect.proto) end
      dialect.ports = ports
    end
  end
end

parley:register_heuristic("tcp", function(tvb, pinfo, tree)
  local bytes = tvb:raw(0, tvb:len())
  for _, dialect in ipairs(dialects) do
    if dialect.greeting and bytes:find(dialect.greeting) then
      dissect(dialect, tvb, pinfo, tree, pinfo.dst_port)
      pinfo.conversation = dialect.proto
      return true
    end
  end
  return false
end)
