"""One small rule of a handbook in many languages."""

LEAVE = {
    "en": "Every employee has twenty-five days of paid leave. Leave is agreed with the manager two weeks ahead.",
    "de": "Jeder Beschäftigte hat fünfundzwanzig Tage bezahlten Urlaub. Der Urlaub wird zwei Wochen vorher mit der "
    "Vorgesetzten abgestimmt.",
    "pl": "Każdy pracownik ma dwadzieścia pięć dni płatnego urlopu. Urlop uzgadnia się z przełożonym dwa tygodnie "
    "wcześniej.",
    "tr": "Her çalışanın yirmi beş gün ücretli izni vardır. İzin, iki hafta önceden yönetici ile kararlaştırılır.",
    "el": "Κάθε υπάλληλος έχει είκοσι πέντε ημέρες άδειας με αποδοχές. Η άδεια συμφωνείται με τον προϊστάμενο δύο "
    "εβδομάδες νωρίτερα.",
    "ru": "У каждого сотрудника двадцать пять дней оплачиваемого отпуска. Отпуск согласуется с руководителем за две "
    "недели.",
    "ar": "لكل موظف خمسة وعشرون يوما من الإجازة المدفوعة. يتفق على الإجازة مع المدير قبل أسبوعين.",
    "he": "לכל עובד עשרים וחמישה ימי חופשה בתשלום. החופשה מתואמת עם המנהל שבועיים מראש.",
    "hi": "हर कर्मचारी को पच्चीस दिन की सवैतनिक छुट्टी मिलती है। छुट्टी दो सप्ताह पहले प्रबंधक के साथ तय की जाती है।",
    "th": "พนักงานทุกคนมีวันลาพักร้อนยี่สิบห้าวัน การลาต้องตกลงกับหัวหน้างานล่วงหน้าสองสัปดาห์",
    "zh": "每位员工每年有二十五天带薪假期。休假须提前两周与上司商定。",
    "ja": "社員には年に二十五日の有給休暇があります。休暇は二週間前までに上司と相談して決めます。",
    "ko": "모든 직원은 연간 이십오 일의 유급 휴가를 가집니다. 휴가는 이 주 전에 상사와 협의합니다.",
}
OTHERS = {
    "de": "Das Brot ruht eine Nacht im Kühlschrank. Danach wird es vierzig Minuten lang sehr heiß gebacken.",
    "el": "Το ψωμί ξεκουράζεται μια νύχτα στο ψυγείο. Μετά ψήνεται σαράντα λεπτά σε πολύ ζεστό φούρνο.",
    "ar": "يرتاح العجين ليلة كاملة في الثلاجة. ثم يخبز الخبز أربعين دقيقة في فرن ساخن جدا.",
    "zh": "面团在冰箱里静置一夜。然后放进很热的烤箱里烤四十分钟。",
    "ja": "生地は冷蔵庫で一晩寝かせます。それからとても熱いオーブンで四十分焼きます。",
    "ko": "반죽은 냉장고에서 하룻밤 쉽니다. 그다음 아주 뜨거운 오븐에서 사십 분 동안 굽습니다.",
    "th": "แป้งพักไว้ในตู้เย็นหนึ่งคืน จากนั้นอบในเตาร้อนจัดเป็นเวลาสี่สิบนาที",
    "en": "The dough rests in the fridge for a night. Then it is baked for forty minutes in a very hot oven.",
}
"""Of another subject."""
ASKED = {
    "de": "Wie viele Tage bezahlten Urlaub hat ein Beschäftigter?",
    "el": "Πόσες ημέρες άδειας έχει κάθε υπάλληλος;",
    "ar": "كم يوما من الإجازة المدفوعة لكل موظف؟",
    "zh": "员工有多少天带薪假期？",
    "ja": "社員には何日の有給休暇がありますか。",
    "ko": "직원은 며칠의 유급 휴가를 가집니까?",
}
ANSWER = {
    "de": "fünfundzwanzig",
    "el": "είκοσι πέντε",
    "ar": "خمسة وعشرون",
    "zh": "二十五天",
    "ja": "二十五日",
    "ko": "이십오",
}
