/// Rows made by seeded programs: [tunebook.data.synthetic.PhoneActions], what the first notebook tunes for, and
/// [tunebook.data.synthetic.PracticeTools], what the tiny model learns from before. Both share one grammar of dates,
/// [tunebook.data.synthetic.DateGrammar]. Tools and words stand in text files beside the classes (`practice.txt`,
/// `phone.txt`, `words.txt`), so that wordings change without code.
package tunebook.data.synthetic;
