"""Asks a C compiler where the fields of pjrt_c_api.h stand.

    python3 layout.py path/to/pjrt_c_api.h > layout.txt

The header of layout.txt is version 0.81 of the C API, from the wheel xla-cpu-pjrt 0.0.1 on PyPI
(xla_plugins/xla_cpu_pjrt/include/pjrt_c_api.h); the compiler was gcc 12.2 on Linux x86-64.

Lines: `function NAME OFFSET` for the table, `struct NAME SIZE` (PJRT_STRUCT_SIZE, without tail padding) and
`field NAME OFFSET BYTES` for the struct before it.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

header = pathlib.Path(sys.argv[1]).resolve()
text = re.sub(r"//[^\n]*", "", header.read_text())
text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)

lines = ['#include <stdio.h>', f'#include "{header}"', "int main(void) {"]
table = re.search(r"typedef struct PJRT_Api \{(.*?)\n\} PJRT_Api", text, re.S)[1]
for name in re.findall(r"_PJRT_API_STRUCT_FIELD\((\w+)\)", table):
    lines.append(f'printf("function {name} %zu\\n", offsetof(PJRT_Api, {name}));')


def fields(body):
    body = re.sub(r"union\s*\{.*?\}\s*;", "", body, flags=re.S)
    for declaration in body.split(";"):
        declaration = " ".join(declaration.split())
        pointer = re.match(r".*\(\s*\*\s*(\w+)\)", declaration)
        if declaration:
            yield pointer[1] if pointer else re.search(r"(\w+)$", declaration)[1]


for match in re.finditer(r"struct (PJRT_\w+) \{((?:[^{}]|union\s*\{[^{}]*\})*)\n\}(?: \w+)?;", text):
    name, body = match[1], match[2]
    if not re.search(rf"PJRT_DEFINE_STRUCT_TRAITS\(\s*{name}\s*,", text):
        continue
    lines.append(f'printf("struct {name} %zu\\n", (size_t){name}_STRUCT_SIZE);')
    for field in list(fields(body))[2:]:
        lines.append(f'printf("field {field} %zu %zu\\n", offsetof({name}, {field}), sizeof((({name}*)0)->{field}));')
lines.append("}")

with tempfile.TemporaryDirectory() as folder:
    source = pathlib.Path(folder, "layout.c")
    source.write_text("\n".join(lines))
    subprocess.run(["gcc", "-w", "-o", f"{folder}/layout", str(source)], check=True)
    sys.stdout.write(subprocess.run([f"{folder}/layout"], check=True, capture_output=True, text=True).stdout)
