"""Names that people read."""

from __future__ import annotations

import pytest

from profkit.symbols.demangle import demangled, without_signature


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("_ZN2v88internal4Heap14CollectGarbageEv", "v8::internal::Heap::CollectGarbage()"),
        ("__ZN4node5StartEv", "node::Start()"),
        ("_RNvC6_123foo3bar", "123foo::bar"),
        ("?run@@YAXH@Z", "void __cdecl run(int)"),
        ("memcpy@@GLIBC_2.14", "memcpy"),
        ("_Znot_mangled", "_Znot_mangled"),
        ("Builtins_LoadIC", "Builtins_LoadIC"),
        ("", ""),
    ],
)
def test_demangled(symbol, name):
    assert demangled(symbol) == name


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("v8::internal::Heap::CollectGarbage()", "v8::internal::Heap::CollectGarbage"),
        ("void node::Parse<int>(std::vector<int> const&) const", "node::Parse<int>"),
        ("std::vector<std::pair<int, char>> a::b<c (*)(d)>(e)", "a::b<c (*)(d)>"),
        ("v8::(anonymous namespace)::Run(int) (.cold)", "v8::(anonymous namespace)::Run"),
        ("node::Start(int, char**)::{lambda(void*)#1}::operator()(void*) const",
         "node::Start(int, char**)::{lambda(void*)#1}::operator()"),
        ("operator new(unsigned long)", "operator new"),
        ("bool a::operator< <int>(int)", "bool a::operator< <int>"),
        ("helper.constprop.0", "helper"),
        ("memcpy", "memcpy"),
        ("()", "()"),
        (")", ")"),
    ],
)  # fmt: skip
def test_without_signature(name, short):
    assert without_signature(name) == short
