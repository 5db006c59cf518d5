package tunebook.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.HashSet;

/// A macro where it was defined: calling it gives the text of its body.
record Macro(Node.Signature signature, List<Node> body, Scope around, Interpreter interpreter) implements Callable {
    String name() {
        return signature.name();
    }

    @Override
    public Object call(List<Object> positional, Map<String, Object> named) {
        List<String> parameters = signature.parameters();
        Scope inside = around.inner();
        int firstDefault = parameters.size() - signature.defaults().size();
        Set<String> unused = new HashSet<>(named.keySet());
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i);
            if (i < positional.size()) inside.set(name, positional.get(i));
            else if (unused.remove(name)) inside.set(name, named.get(name));
            else if (i >= firstDefault) inside.set(name, interpreter.value(signature.defaults().get(i - firstDefault), inside));
            else inside.set(name, new Undefined("the macro's parameter '" + name + "' was not given"));
        }
        if (unused.remove("caller")) inside.set("caller", named.get("caller"));
        if (positional.size() > parameters.size()) throw JinjaFailure.of("the macro " + name() + " takes " + parameters.size() + " arguments, not " + positional.size());
        if (!unused.isEmpty()) throw JinjaFailure.of("the macro " + name() + " has no parameter " + unused.iterator().next());
        return interpreter.text(body, inside);
    }

    /// Its identity: a macro's scope can hold the macro.
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
