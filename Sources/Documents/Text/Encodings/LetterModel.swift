import Glibc

/// How often a language writes the characters that are not ASCII, as natural logarithms of their shares.
///
/// Letters are listed by how frequent they are; shares fall with the rank, steeply where a language has a few accents
/// and gently where it has a whole alphabet.
struct LetterModel: Sendable {
  let language: String
  /// Words mix these letters with ASCII's.
  let isLatin: Bool
  private let shares: [UInt32: Double]

  func logShare(_ scalar: UInt32) -> Double {
    if let share = shares[scalar] { return share }
    switch scalar {
    case 0x80..<0xA0, 0xE000...0xF8FF: return -21
    case 0xC0...0x24F, 0x370...0x6FF, 0x1E00...0x1EFF: return -10.5
    default: return -14
    }
  }

  static let all: [LetterModel] = table.map { LetterModel(language: $0.language, letters: $0.letters) }

  private init(language: String, letters: String) {
    self.language = language
    let letters = Array(letters.unicodeScalars)
    isLatin = letters.allSatisfy { (0xC0..<0x370).contains($0.value) }
    let isAlphabet = letters.count >= 22
    let weights = letters.indices.map { 1 / (Double($0) + (isAlphabet ? 6 : 1.5)) }
    let sum = weights.reduce(0, +)
    // English text has quotes and dashes rather than accents.
    let letterShare = language == "en" ? 0.15 : 0.87
    var shares: [UInt32: Double] = [:]
    for (letter, weight) in zip(letters, weights) { shares[letter.value] = letterShare * weight / sum }
    for letter in letters {
      let upper = letter.properties.uppercaseMapping.unicodeScalars
      guard let first = upper.first, upper.count == 1, first != letter else { continue }
      shares[first.value] = max(shares[first.value] ?? 0, (shares[letter.value] ?? 0) * 0.05)
    }
    let punctuationShare = language == "en" ? 5.0 : 1
    for (marks, share) in Self.punctuation {
      for mark in marks.unicodeScalars {
        shares[mark.value] = max(shares[mark.value] ?? 0, share * punctuationShare)
      }
    }
    self.shares = shares.mapValues { log(min(1, $0)) }
  }

  private static let punctuation: [(marks: String, share: Double)] = [
    ("’", 0.025), ("“”–", 0.015), ("«»—…°\u{A0}", 0.008), ("•€„‘§", 0.004), ("©®™£·±²³½№¿¡،؟", 0.002),
    ("¼¾ªº×µ¶†‹›‚―؛\u{200C}\u{200F}\u{200E}", 0.0005),
  ]

  private static let table: [(language: String, letters: String)] = [
    ("en", "éèçöüñáïâ"), ("de", "äüöß"), ("fr", "éèàêçôîùâûëïœæ"), ("es", "óíáéñúü"), ("pt", "ãçáéíóõêâàúô"),
    ("it", "èàòùìé"), ("nl", "ëéïöèüóç"), ("sv", "äåöé"), ("da", "åøæé"), ("nb", "åøæéòôó"), ("fi", "äöå"),
    ("is", "áíðéóúæöýþ"), ("et", "äõüöšž"), ("ca", "éàèíóçòïúü"), ("sq", "ëç"), ("ga", "áíéúó"),
    ("cy", "âêîôŵŷûáï"), ("pl", "łęąóżśćńź"), ("cs", "íáéřěýčžšůúťďňó"), ("sk", "áíéčýžšľúťôňďäóŕĺ"),
    ("hu", "éáöőíóüúű"), ("ro", "ăîțșâţş"), ("hr", "čšžćđ"), ("sl", "čšž"), ("tr", "ıüşğöçİâîû"),
    ("lt", "ėšžųįąūčę"), ("lv", "āīēūšņļžģčķ"), ("mt", "żħġċàùè"), ("eo", "ĝĉŝŭĵĥ"), ("se", "áčđŋšŧžæøåäö"),
    (
      "vi",
      "đưàáạảãâơăêôấầậẩẫắằặẳẵếềệểễốồộổỗớờợởỡứừựửữéèẹẻẽóòọỏõíìịỉĩúùụủũýỳỵỷỹ\u{301}\u{300}\u{323}\u{309}\u{303}"
    ),
    ("el", "αοιετνσςηρπκμλυωδγχθάόίέβφήύξζώψϊϋΐΰ"), ("ru", "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"),
    ("uk", "оаніитверслкдумпяьзбгчйхцїжюєшщфґ"), ("be", "аніеорслтдкувмпягзыьбчйхцжшўёюэф"),
    ("bg", "аоиентрсвлкдпмзяубгъчцщжшйхюфь"), ("sr", "аоиенртсјкувдмплзгбчцњшћжхљђфџ"),
    ("mk", "аоиетнрвсдкјлпумзгбчшќцжхѓњфѕљџ"), ("he", "יוהלאתרבמשנדחקפצעטגסזכםןךףץ"),
    ("ar", "اليمنوتربعدفسهكقحةأجصشطخىذئءغضإثظآزؤ"), ("fa", "ايردنهموتبسشکزلگخپعفقجطحآصژچ"),
    ("th", "านรอกเงมยลวดทสตะปคบหพชจขใไโแผซถธณ่้ิีัุู์ืำ็๊๋"),
  ]
}
