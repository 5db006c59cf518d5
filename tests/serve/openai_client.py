"""OpenAI's own client against a ChatServer: `python openai_client.py http://127.0.0.1:PORT/v1`. Prints what it understood.

What it printed is in tests/recorded/openai-client.md.
"""

import json
import sys

import openai

TOOLS = [{"type": "function", "function": {"name": "turn_on_flashlight", "description": "Light on"}},
         {"type": "function", "function": {"name": "show_map", "description": "Shows a place", "parameters": {
             "type": "OBJECT", "properties": {"query": {"type": "STRING"}}, "required": ["query"]}}}]
MESSAGES = [{"role": "developer", "content": "You are a model that can do function calling with the following functions"},
            {"role": "user", "content": "Show me the station on the map"}]


def main(url: str) -> None:
    client = openai.OpenAI(base_url=url, api_key="none")
    model = client.models.list().data[0].id
    whole = client.chat.completions.create(model=model, messages=MESSAGES, tools=TOOLS, max_tokens=64)
    call = whole.choices[0].message.tool_calls[0].function
    print("openai", openai.__version__, "model", model)
    print("whole:", call.name, json.loads(call.arguments), whole.choices[0].finish_reason, whole.usage)
    name, arguments, reason, usage = "", "", None, None
    for chunk in client.chat.completions.create(model=model, messages=MESSAGES, tools=TOOLS, max_tokens=64, stream=True,
                                                stream_options={"include_usage": True}):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            reason = choice.finish_reason or reason
            for part in choice.delta.tool_calls or []:
                name, arguments = part.function.name, part.function.arguments
    assert (name, arguments, reason) == (call.name, call.arguments, whole.choices[0].finish_reason)
    assert usage.completion_tokens == whole.usage.completion_tokens
    print("stream: the same call, reason and count")
    answer = [{"role": "assistant", "content": None, "tool_calls": [c.model_dump() for c in whole.choices[0].message.tool_calls]},
              {"role": "tool", "tool_call_id": whole.choices[0].message.tool_calls[0].id, "content": "shown"}]
    after = client.chat.completions.create(model=model, messages=MESSAGES + answer, tools=TOOLS, max_tokens=16)
    print("after the result:", after.choices[0].finish_reason, repr(after.choices[0].message.content))
    try:
        client.chat.completions.create(model=model, messages=MESSAGES, n=4)
        raise AssertionError("n=4 was not refused")
    except openai.BadRequestError as refused:
        print("refused:", refused.status_code, refused.body["message"])


if __name__ == "__main__":
    main(sys.argv[1])
