"""Resolution of names from other files of a repository. The files are read, and not run."""

from __future__ import annotations

import ast
from pathlib import Path

from syntask_yaml.pysource.lookup import resolve, try_resolve
from syntask_yaml.pysource.module import Module, SourceUnreadable
from syntask_yaml.pysource.module_index import ModuleIndex
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import Definition, External, Member, SourceExpression, Unknowable
from syntask_yaml.upgrade.prefect1.module import FlowModule, WrittenValue
from syntask_yaml.upgrade.prefect1.names import set_in_class

_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum"})
_PLAIN_BASES = frozenset({"builtins.object", "builtins.str", "builtins.int"})


class RepositoryModules:
    """The modules below a folder, each read once."""

    def __init__(self, root: Path) -> None:
        self._index = ModuleIndex(root.absolute())
        self._modules: dict[ast.Module, FlowModule] = {}

    def find(self, node: ast.expr, module: FlowModule) -> WrittenValue | None:
        """Return the expression of a name or attribute in *module* that is set once; None if unclear."""
        if isinstance(node, ast.Name) and node.id == "__name__":
            return self._name_of(module)
        try:
            found = self._found(node, self._scope(module))
        except Unknowable:
            return None
        module_of = self._module(found[1].module) if found is not None else None
        return WrittenValue(found[0], module_of) if found is not None and module_of is not None else None

    def define(self, node: ast.expr, module: FlowModule) -> tuple[ast.AST, FlowModule] | None:
        """Return the class or function of a name in *module*, with its file; None for others."""
        match try_resolve(node, self._scope(module)):
            case Definition(node=defined, scope=defining_scope):
                where = self._module(defining_scope.module)
                return (defined, where) if where is not None else None
        return None

    def home(self, name: str, module: FlowModule) -> tuple[FlowModule, str] | None:
        """Return the module that *module* imports *name* from, and the name there."""
        origin = module.names.imported[name]
        dotted = origin.lstrip(".")
        owner, _, own = dotted.rpartition(".")
        level, scope = len(origin) - len(dotted), self._scope(module)
        if level:
            location = self._index.relative(scope.module.path, owner, level)
        else:
            location = self._index.locate(owner, scope.search)
        if location is None or location.file is None:
            return None
        try:
            found = self._module(self._index.read(location.file))
        except SourceUnreadable:
            return None
        return (found, own) if found is not None else None

    def _name_of(self, module: FlowModule) -> WrittenValue | None:
        """Return the import name of a module in a package; None for others, which may be run as scripts."""
        path = Path(module.path).absolute()
        names = [path.stem] if path.stem != "__init__" else []
        for folder in path.parents:
            if folder == self._index.root or not (folder / "__init__.py").is_file():
                break
            names.insert(0, folder.name)
        is_inside = len(names) > (path.stem != "__init__")
        return WrittenValue(ast.Constant(".".join(names)), module) if is_inside else None

    def _scope(self, module: FlowModule) -> NameScope:
        path, root = Path(module.path).absolute(), self._index.root
        above = [folder for folder in path.parents if folder.is_relative_to(root)]
        own = Module(path, module.tree, module.text.encode())
        self._modules.setdefault(module.tree, module)
        return NameScope(self._index, own, self._index.search_path(path.parent, *above))

    def _found(self, node: ast.expr, scope: NameScope) -> tuple[ast.expr, NameScope] | None:
        if isinstance(node, ast.Attribute) and node.attr == "value":
            owner = resolve(node.value, scope)
            if isinstance(owner, Member):
                return _member(owner) if _is_enum(owner.owner) else None
        match resolve(node, scope):
            case Member() as member if _is_plain(member.owner):
                return _member(member)
            case SourceExpression(node=value, scope=defining_scope, name=name) if value is not node:
                is_fixed = (
                    name not in defining_scope.module.altered and not defining_scope.module.binds_at_run_time
                )
                return (value, defining_scope) if is_fixed else None
        return None

    def _module(self, module: Module) -> FlowModule | None:
        if module.tree not in self._modules:
            try:
                path, text = module.path, module.content.decode("utf-8")
            except UnicodeDecodeError:
                return None
            self._modules[module.tree] = FlowModule(path.name, text, module.tree, self, path)
        return self._modules[module.tree]


def _member(member: Member) -> tuple[ast.expr, NameScope] | None:
    """Return the value of an attribute in the body of a class, if it is set once."""
    node = member.owner.node
    value = set_in_class(node, member.attribute) if isinstance(node, ast.ClassDef) else None
    return (value, member.owner.scope) if value is not None else None


def _is_enum(owner: Definition) -> bool:
    return bool(_bases(owner) & _ENUMS)


def _is_plain(owner: Definition) -> bool:
    """Return whether a class has the attributes of its body, unaffected by base classes."""
    return not _bases(owner) - _PLAIN_BASES and not getattr(owner.node, "keywords", [])


def _bases(owner: Definition) -> set[str]:
    """Return the qualified names of base classes; empty strings for unknown ones."""
    found = (resolve(each, owner.scope) for each in getattr(owner.node, "bases", ()))
    return {each.name if isinstance(each, External) else "" for each in found}
