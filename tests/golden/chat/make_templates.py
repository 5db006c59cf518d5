"""Renders templates/*.jinja with Jinja2 as transformers sets it up, over a table of conversations.

    python tests/golden/chat/make_templates.py

Writes templates.json: for each case the variables given and the text, or the error. The templates are our own, in the
styles of models' templates: macros that call themselves, namespaces, dictsort, loop controls, captured blocks, tojson.
Made with transformers 5.23.0 and Jinja2 3.1.6.
"""
import json
import pathlib

import jinja2
import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template

HERE = pathlib.Path(__file__).parent


def tool(name, description, properties=None, required=None, **more):
    parameters = {"type": "object", "properties": properties or {}}
    if required:
        parameters["required"] = required
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters, **more}}


def call(name, **arguments):
    return {"type": "function", "function": {"name": name, "arguments": arguments}}


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


WEATHER = tool("get_weather", "The weather of a place.", {"location": {"type": "string", "description": "Town and country"},
               "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "description": "Unit"}}, ["location"])
NESTED = tool("update", "Updates <things> & \"more\".", {
    "zeta": {"type": "integer"}, "Alpha": {"type": "array", "items": {"type": "string", "description": "a name"}, "description": "names"},
    "config": {"type": "object", "description": "a config", "nullable": True, "required": ["theme"], "properties": {
        "theme": {"type": "string", "enum": ["light", "dark"]}, "size": {"type": "number", "description": "points"},
        "deep": {"type": "object", "properties": {"er": {"type": "object", "properties": {"est": {"type": "boolean"}}}}}}},
    "list": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer", "description": "한국어"}}, "required": ["n"]}},
    "either": {"type": "array", "items": {"type": ["string", "null"]}}, "loose": {"type": "object", "x": {"type": "string"}}}, ["zeta", "config"])
BARE = tool("open_settings", "Opens the settings.")
MIXED = call("update", b=True, a="x", list=[1, 2.5, "three", False, [], {"k": "v"}], obj={"Z": 1, "y": {"deep": ["er"]}}, n=-3, f=1e-7, none=None)
TALK = [user("  Hi there \n"), assistant("Hello!"), user("<b>안녕</b> & \"goodbye\" 🙂")]


def declarations():
    yield TALK, {}
    yield TALK, {"add_generation_prompt": True}
    yield [{"role": "system", "content": " Be brief.\n"}, *TALK], {"add_generation_prompt": True}
    yield [{"role": "developer", "content": "You can call functions\n"}, user("Weather?")], {"tools": [WEATHER, BARE], "add_generation_prompt": True}
    yield [user("Weather?")], {"tools": [NESTED], "add_generation_prompt": True}
    yield [user("Weather?"), {"role": "assistant", "tool_calls": [call("get_weather", location="서울", unit="celsius"), MIXED]}], {"tools": [WEATHER, NESTED]}
    yield [user("Go"), {"role": "assistant", "content": None, "tool_calls": [call("open_settings")]}, {"role": "tool", "content": {"name": "open_settings", "response": {"ok": True, "n": [1, None]}}}], {"tools": [BARE], "add_generation_prompt": True}
    yield [user("Go"), {"role": "assistant", "content": "Sure. ", "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "raw text"}}]}, {"role": "tool", "name": "f", "content": "done"}, assistant("It is done."), user("Thanks")], {"add_generation_prompt": True}
    yield [user("Go"), {"role": "assistant", "tool_calls": [call("f")]}, user("What?")], {}
    yield [user([{"type": "text", "text": " one "}, {"type": "image"}, {"type": "text", "text": "two"}])], {"add_generation_prompt": True}
    yield [user(3)], {}
    yield [user("{{ x }} {% if %} {# c #}"), assistant("{{ messages }}")], {}


def thinking():
    yield TALK, {}
    yield TALK, {"add_generation_prompt": True, "enable_thinking": False}
    yield TALK, {"add_generation_prompt": True, "enable_thinking": True, "tools": [WEATHER, NESTED]}
    yield [user("a"), assistant("<think>\nhm\n</think>\n\nyes"), user("b"), assistant("<think>\nwell\n</think>\n\nno")], {}
    yield [user("a"), {"role": "assistant", "content": "", "reasoning_content": "\nlong\n", "tool_calls": [call("f", a=1, b="한<&>'\""), {"name": "g", "arguments": "{\"raw\": 1}"}]}, user("<result>1</result>")], {"add_generation_prompt": True}
    yield [{"role": "system", "content": [{"type": "text", "text": "Be kind."}]}, user("a"), user("b"), {"role": "note", "content": "skip"}, assistant("c"), assistant("d")], {}
    yield [{"role": "system", "content": [{"type": "image"}]}, user("a")], {}
    yield [assistant("alone")], {}
    yield [user([{"type": "image"}, {"type": "text", "text": "what?"}]), {"role": "assistant", "content": None}], {}


def functiongemma():
    developer = {"role": "developer", "content": "Day of week is Friday\nYou can call functions\n"}
    calls = {"role": "assistant", "tool_calls": [call("get_weather", location="서울", unit="celsius"), call("update", b=True, a="x, y: {z}", list=[1, 2.5, "three", False, [], {"k": "v"}], obj={"Z": 1, "y": {"deep": ["er"]}}, n=-3, f=1e-7, g=1e22)]}
    result = {"role": "tool", "content": {"name": "get_weather", "response": {"temperature": 15, "sky": "clear", "B": [True]}}}
    two = {"role": "tool", "content": [{"name": "get_weather", "response": {"t": 1}}, {"name": "update", "response": {}}]}
    empty = tool("empty", "")
    shouting = tool("SHOUT", "Says it & <loud>.", {"b": {"type": "STRING", "description": "B", "format": "date"}, "A": {"type": "BOOLEAN"}, "_c": {"type": "NUMBER", "description": "한국어"}}, ["A", "b"])
    loose = {"type": "function", "function": {"name": "loose", "description": "No parameters at all."}}
    typeless = tool("typeless", "x", {"p": {"description": "no type"}, "q": {"type": "string", "enum": ["1"], "nullable": True}})
    for prompt in (False, True):
        more = {"add_generation_prompt": prompt}
        yield TALK, more
        yield [{"role": "system", "content": " Be brief.\n"}, *TALK], more
        yield [developer, user("Weather?")], more
        yield [developer, user("Weather?")], {"tools": [WEATHER, BARE], **more}
        yield [user("No developer")], {"tools": [NESTED, empty], **more}
        yield [developer, user("Go")], {"tools": [shouting, loose, typeless], **more}
        yield [developer, user("Weather?"), calls], {"tools": [WEATHER, NESTED], **more}
        yield [developer, user("Weather?"), {**calls, "content": "Let me look. "}], {"tools": [WEATHER], **more}
        yield [developer, user("Weather?"), calls, result], {"tools": [WEATHER], **more}
        yield [developer, user("Weather?"), calls, two, assistant(" It is clear.\n"), user("Thanks")], {"tools": [WEATHER], **more}
        yield [developer, user("Weather?"), calls, result, result, assistant("Clear."), user("Again"), calls, two], {"tools": [WEATHER], **more}
        yield [developer, user("Weather?"), calls, user("Well?")], {"tools": [WEATHER], **more}


def values():
    yield TALK, {}
    yield [], {"messages_empty": True}
    yield [{"role": "user", "content": "x", "name": "Kim", "data": {"b": 1, "A": "two", "c": {"d": [1, 2.0, None, True, "q'q", 'd"d']}, "e": [], "f": 1.5e-8, "g": None}}, assistant("한국어 \\ /")], {}
    yield [user("<script>\u2028\u0007</script>")], {}


def main():
    cases = []
    for name, table in (("declarations", declarations), ("thinking", thinking), ("values", values), ("functiongemma", functiongemma)):
        template = _compile_jinja_template((HERE / "templates" / f"{name}.jinja").read_text(encoding="utf-8"))
        for messages, more in table():
            if more.pop("messages_empty", False):
                messages = [{"role": "user", "content": ""}]
            variables = {"messages": messages, "bos_token": "<bos>", "eos_token": "<eos>", "tools": None, "add_generation_prompt": False, **more}
            case = {"template": name, "variables": variables}
            try:
                case["text"] = template.render(**variables)
            except jinja2.exceptions.TemplateError as e:
                case["error"] = str(e)
            cases.append(case)
    head = {"made_by": "make_templates.py", "transformers": transformers.__version__, "jinja2": jinja2.__version__, "cases": cases}
    (HERE / "templates.json").write_text(json.dumps(head, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(len(cases))


if __name__ == "__main__":
    main()
