package tunebook.data.synthetic;

/// What the value of an argument looks like. All but [#DATE] are copied from the request letter by letter.
enum ValueKind {
    GIVEN, FAMILY, PERSON, TITLE, TEXT, CODE, NUMBER, PLACE, STREET, ADDRESS, PHONE, INVENTED, PICK, DATE,
    OCCASION, SUBJECT, BODY, QUERY
}
