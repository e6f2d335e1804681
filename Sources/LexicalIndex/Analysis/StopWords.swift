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
    "sv":
      "alla att av den det de dem denna detta dig din du da dar efter ej eller en er ett for fran ha hade han "
      + "har hon hur i icke inte jag kan med men mig min mot ni nu nar om och oss pa sa sig sin ska som till "
      + "under upp ut var vara vad vem vi vid ar over",
    "da":
      "af alle at blev da de dem den der deres det dette dig din dog du efter eller en er et for fra ham han "
      + "har havde hun hvad hvor i ikke ind jeg jo kan man med men mig min mod ned nu nar og om op os over pa sig "
      + "sin som skal til ud under var ved vi",
    "no":
      "alle at av ble da de dem den der deres det dette din du eller en er et etter for fra ha hadde han har "
      + "hun hva hvor i ikke inn jeg kan med men meg min mot nar og om opp oss over pa sa seg sin skal som til "
      + "under ut var ved vi",
    "fi":
      "ei eli emme en enta ette etta han hanen ja jo joka jos jotka kanssa koska kuin kun me mika mina mita "
      + "mutta myos ne niin nyt olen oli olla on ovat se sen siina siita sina ta tai taman te tuo vaan vain voi",
    "ru":
      "а бы был была были было быть в во вот все всех вы где да для до его ее если есть еще же за и из или им "
      + "их к как ко когда кто ли между мы на над не него нее нет ни но о об он она они от по под при с со так "
      + "также то того тоже только у уже что чтобы эта эти это этот я",
    "hu":
      "a az be csak de e egy el ez ezt hogy ha is itt ki le lehet majd mar meg mert mint mit nem ott volt van "
      + "vagy es",
    "ro":
      "a ai al ale am ar are as au ca cat ce cea cei cel cu da dar de din dintre e ea ei el este eu fi in la le "
      + "lui mai ne nu o pe pentru prin s sa sau se si sunt un una unei unui va",
    "tr":
      "acaba ama ancak bana bazi ben bir biri biz bu bunu cok da daha de degil diye en gibi ha hem her hic icin "
      + "ile ise ki kim mi mu ne neden nasil o olan olarak on onu siz su ve veya ya yani",
    "el":
      "α αλλα αν απο αυτο αυτη γι για δε δεν εαν ειναι εκεινο εμεις εν ενα επι εχει η ηταν θα ισως κ και κατα "
      + "κι μα με μετα μη μην μου να ο οι ομως οπως οπου οτι παρα ποιος που προς πως σαν σε στα στη στην στο στον "
      + "τα τη την της τι τις το τοι τον του τους των ως",
    "ar":
      "و في من علي الي عن مع ان هو هي هذا هذه ذلك تلك التي الذي ما لا لم لن قد كان كانت يكون هل او ثم كل بعد "
      + "قبل عند حتي اذا كما بين",
    "id":
      "ada adalah agar akan antara apa atau bagi bahwa dalam dan dapat dari dengan di ia ini itu jika juga kami "
      + "karena ke kepada kita mereka oleh pada saat sebagai seperti serta sudah tidak untuk yang",
    "ca":
      "a al als amb aquest aquesta com de del dels des el els en entre es esta ha i la les li mes no o per pero "
      + "que se si son sobre un una uns",
  ]
}
