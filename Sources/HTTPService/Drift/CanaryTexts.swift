/// Fixed texts that are embedded when a baseline is made, and again with every check. A changed model, tokenizer or
/// library moves their vectors, which no test on distributions would see.
enum CanaryTexts {
  /// Of many lengths, scripts and notations, so that each step of a tokenizer has its part.
  static let all = [
    "a",
    "Refunds are paid within 14 days.",
    "How do I roll back a model that was promoted by mistake?",
    "The quick brown fox jumps over the lazy dog.",
    "ERROR 0x80070005: access is denied (code -2147024891)",
    "SELECT name, count(*) FROM users WHERE age >= 18 GROUP BY name;",
    "def mean(values): return sum(values) / len(values)",
    "3.14159 2,718.28 1e-9 50 % €19.99 2026-11-26T18:25:05Z",
    "https://example.org/docs?id=42#top user@example.org",
    "Électricité, naïve façade, Übergrößenträger, mañana",
    "Wie wird die Trefferquote einer Suche gemessen?",
    "Как измерить качество поиска?",
    "検索の品質はどのように測定しますか。",
    "كيف نقيس جودة البحث؟",
    "Pneumonoultramicroscopicsilicovolcanoconiosis antidisestablishmentarianism",
    "WARNING!!! do NOT press -- the red/blue button... (ever) [really] {no}",
    "β-carotene raises α₂ levels; H₂O boils at 100 °C ± 0.5",
    "to be or not to be that is the question whether tis nobler in the mind to suffer",
    "Photosynthesis converts light energy into chemical energy, which plants store as carbohydrates. It takes place in "
      + "the chloroplasts, where chlorophyll absorbs mostly blue and red light.",
    "A service level objective is a target for a measured level of service. An error budget is what the objective leaves: "
      + "with 99.9 % availability, a month of thirty days may hold forty-three minutes of failure. Teams that have spent "
      + "the budget stop releasing features, and those that have not may take more risks than before.",
  ]

  /// A cosine below it is another model. Profiles of one model differ by up to 0.0016, so each has its own baseline.
  static let leastCosine = 0.999
}
