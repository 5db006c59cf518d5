/// Jinja2's template language as chat templates use it: [tunebook.jinja.Jinja] reads a template and renders it.
///
/// The reading order is the order of the work: [tunebook.jinja.Lexer] (text to tokens, whitespace control),
/// [tunebook.jinja.Parser] and [tunebook.jinja.ExprParser] (tokens to [tunebook.jinja.Node] and [tunebook.jinja.Expr]),
/// [tunebook.jinja.Interpreter]. Values behave as Python's: [tunebook.jinja.Values], [tunebook.jinja.Operators],
/// [tunebook.jinja.Access]. Templates reach nothing of Java: every function, filter, test and method they can name is
/// written here.
package tunebook.jinja;
