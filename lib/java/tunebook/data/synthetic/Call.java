package tunebook.data.synthetic;

import java.util.SortedMap;

/// One asked-for call: the `words` that ask, the tool's name and its arguments, sorted by name.
/// `dated` tells that one argument is a date, whose words are not its value.
record Call(String words, boolean imperative, boolean opensWithValue, String tool, SortedMap<String, String> arguments, boolean dated) {}
