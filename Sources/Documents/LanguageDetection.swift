/// The language most of `text` is written in, as an ISO 639-1 code, or `nil` when that is unsure.
///
/// The script decides where it can (Japanese, Chinese, Korean, Greek, Hebrew, Thai, Hindi, Arabic and Persian);
/// Cyrillic is told by its letters; languages in Latin script by the share of their commonest words, of which
/// one language must have clearly more than any other. A few words are rarely enough.
///
/// - Complexity: O(1): the first 32 KiB are looked at.
package func detectLanguage(_ text: String) -> String? {
  let sample = Array(text.utf8.prefix(32 << 10))
  let counts = ScriptCounts(String(decoding: sample, as: UTF8.self))
  guard counts.letters >= 2 else { return nil }
  // An ideograph or a syllable says as much as a few letters do.
  let east = (counts.han + counts.kana + counts.hangul) * 3
  if east > (counts.letters - counts.han - counts.kana - counts.hangul) {
    if counts.kana * 10 > counts.han { return "ja" }
    return counts.hangul > counts.han ? "ko" : "zh"
  }
  let scripts: [(count: Int, code: String)] = [
    (counts.greek, "el"), (counts.hebrew, "he"), (counts.thai, "th"), (counts.devanagari, "hi"),
    (counts.arabic, counts.persian * 100 > counts.arabic ? "fa" : "ar"),
  ]
  for script in scripts where script.count * 2 > counts.letters { return script.code }
  if counts.cyrillic * 2 > counts.letters { return cyrillicLanguage(counts) }
  guard counts.latin * 2 > counts.letters else { return nil }
  return latinLanguage(sample)
}

private func cyrillicLanguage(_ counts: ScriptCounts) -> String? {
  if counts.serbian * 100 > counts.cyrillic { return "sr" }
  if counts.shortU * 200 > counts.cyrillic { return "be" }
  if counts.ukrainian * 100 > counts.cyrillic { return "uk" }
  if counts.russian * 200 > counts.cyrillic { return "ru" }
  // Bulgarian has no letter of its own, but writes ъ where Russian has none for long stretches.
  guard counts.cyrillic >= 100 else { return nil }
  return counts.hardSign * 100 > counts.cyrillic ? "bg" : nil
}

private func latinLanguage(_ sample: [UInt8]) -> String? {
  var words = 0
  var hits = [Int](repeating: 0, count: stopWords.count)
  var word: [UInt8] = []
  for byte in sample + [0x20] {
    if ASCII.isLetter(byte) || byte >= 0x80 {
      word.append(ASCII.lowercased(byte))
      continue
    }
    if word.isEmpty { continue }
    words += 1
    if word.count <= 12, let languages = stopWordIndex[String(decoding: word, as: UTF8.self)] {
      for language in languages { hits[language] += 1 }
    }
    word.removeAll(keepingCapacity: true)
  }
  let ranked = hits.indices.sorted { (hits[$0], $1) > (hits[$1], $0) }
  let best = hits[ranked[0]]
  let second = hits[ranked[1]]
  // A sixth of the words of running text are of its language's commonest thirty; lists of names have none.
  guard best >= 3, best * 8 >= words, best * 4 >= second * 5 else { return nil }
  return stopWords[ranked[0]].code
}

private let stopWordIndex: [String: [Int]] = {
  var index: [String: [Int]] = [:]
  for (number, language) in stopWords.enumerated() {
    for word in Set(language.words.split(separator: " ")) { index[String(word), default: []].append(number) }
  }
  return index
}()

private let stopWords: [(code: String, words: String)] = [
  (
    "en",
    "the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one you were all we when there can more if no your has its will"
  ),
  (
    "de",
    "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war oder wenn nur"
  ),
  (
    "fr",
    "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont la ou avec son aux cette mais comme nous vous leur été deux elle ont fait être tout ses même"
  ),
  (
    "es",
    "de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay donde es son está fue"
  ),
  (
    "pt",
    "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou quando muito nos já eu também só pelo pela até isso ela entre são é foi está você"
  ),
  (
    "it",
    "di e il la che in un a per è una sono con non si da come le del della dei i più al nel anche alla ma gli ha su lo questo delle questa nella se o tra dal cui essere stato ci"
  ),
  (
    "nl",
    "de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij of uit nog worden naar heeft hij ze wordt door over werd wel deze kan meer geen ik je we die tot"
  ),
  (
    "sv",
    "och i att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan när år säger hon under också efter eller nu sin där vid mot ska skulle kommer"
  ),
  (
    "da",
    "og i at det er en til af på den der for de med som har ikke et om han men var jeg sig fra vi så kan når hun også efter eller nu sin hvor ved mod skal blev være havde hvad meget nogle"
  ),
  (
    "no",
    "og i det på som er en til å han av for med at var de ikke den har jeg om et men så seg hun hadde fra vi du kan da ble ut skal vil ham etter over ved også bare eller sa nå dette noe være meg mot opp der"
  ),
  (
    "fi",
    "ja on ei se että oli hän mutta kun niin ovat myös tai joka sen hänen ole olla mukaan kuin vain jos nyt sitä mitä sekä jo vielä koska voi ollut olisi kaikki tämä jotka sitten"
  ),
  (
    "pl",
    "w i z na się nie do to że jest o jak a od po przez co ale dla za tym są było jego oraz ich który czy być był tego przy które może tylko jako już także pod ze tak ma"
  ),
  (
    "cs",
    "a se v na je že o s z do i to k ve pro za by ale si po jako podle od jsem tak jeho které však jsou nebo byl být který není už jen při až také bylo co když aby"
  ),
  (
    "tr",
    "ve bir bu da de için ile olarak çok daha olan gibi en kadar sonra ne ama ancak var her olduğu o ise göre şey değil mi büyük ya iki yeni tarafından diye bunu"
  ),
]

/// How many letters of a text are of which script, and of which language's own.
private struct ScriptCounts {
  var letters = 0
  var latin = 0
  var greek = 0
  var cyrillic = 0
  var hebrew = 0
  var arabic = 0
  var devanagari = 0
  var thai = 0
  var han = 0
  var kana = 0
  var hangul = 0
  var persian = 0
  var russian = 0
  var ukrainian = 0
  var serbian = 0
  var shortU = 0
  var hardSign = 0

  init(_ text: String) {
    for scalar in text.unicodeScalars { count(scalar.value) }
    letters =
      latin + greek + cyrillic + hebrew + arabic + devanagari + thai + han + kana + hangul
  }

  private mutating func count(_ value: UInt32) {
    switch value {
    case 0x41...0x5A, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x1E00...0x1EFF: latin += 1
    case 0x370...0x3FF, 0x1F00...0x1FFF: greek += 1
    case 0x400...0x52F:
      cyrillic += 1
      countCyrillic(value)
    case 0x590...0x5FF: hebrew += 1
    case 0x620...0x6D3:
      arabic += 1
      if value == 0x67E || value == 0x686 || value == 0x698 || value == 0x6AF || value == 0x6CC {
        persian += 1
      }
    case 0x900...0x97F: devanagari += 1
    case 0xE00...0xE7F: thai += 1
    case 0x3041...0x30FF, 0xFF66...0xFF9F: kana += 1
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x3FFFF: han += 1
    case 0x1100...0x11FF, 0xAC00...0xD7A3: hangul += 1
    default: break
    }
  }

  private mutating func countCyrillic(_ value: UInt32) {
    switch value {
    // ы э ё
    case 0x44B, 0x44D, 0x451: russian += 1
    // і ї є ґ
    case 0x456, 0x457, 0x454, 0x491: ukrainian += 1
    // ђ ј љ њ ћ џ
    case 0x452, 0x458...0x45B, 0x45F: serbian += 1
    case 0x45E: shortU += 1
    case 0x44A: hardSign += 1
    default: break
    }
  }
}
