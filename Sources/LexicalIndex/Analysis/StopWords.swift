/// Words too common to tell passages apart.
enum StopWords {
  /// Sorted by nothing: only asked for membership.
  static func words(of language: String) -> Set<String> {
    Set((lists[language] ?? "").split(separator: " ").map(String.init))
  }

  /// After marks are folded and case is lowered.
  private static let lists: [String: String] = [
    "en":
      "a an and are as at be but by for if in into is it no not of on or such that the their then there these "
      + "they this to was will with",
    "de":
      "aber als am an auch auf aus bei bin bis da das dass dem den der des die dies diese dieser dieses durch ein "
      + "eine einem einen einer eines er es fur hat ich im in ist ja kann mit nach nicht noch nur ob oder sehr sich "
      + "sie sind so uber um und uns unter vom von vor war was wenn wer wie wird wir zu zum zur",
    "fr":
      "a au aux avec ce ces cette dans de des du elle en est et il ils je la le les leur lui mais me ne nous on "
      + "ou par pas pour qu que qui sa se ses son sont sur tu un une vous",
    "es":
      "a al como con de del el ella en entre es esta este esto ha la las le les lo los mas me mi no nos o para "
      + "pero por que se ser si sin sobre son su sus te tu un una uno y ya",
    "it":
      "a ad al alla che chi come con da dal dei del della di e ed gli ha i il in io la le lo ma mi ne nei nel "
      + "nella no non o per piu se si sono su sul tra tu un una uno",
    "pt":
      "a ao aos as com como da das de do dos e ela ele em entre essa esse esta este eu foi ha isso ja mais mas na "
      + "nao nas no nos o os ou para pela pelo por que se sem seu sua sao um uma",
    "nl":
      "aan als bij dan dat de der deze die dit door een en er had heb het hij hoe ik in is je kan maar met mij naar "
      + "niet nog of om onder ons ook op over te tot uit van voor was wat we wel wij wordt zal ze zich zij zijn",
  ]
}
