# ما يُسلَّم إلى الجهات الموجهة إليها العريضة: letter.pdf وcheck.html وREADME.txt.
delivery-to = إلى
delivery-from = من
delivery-count = { $n ->
    [zero] لا توقيعات
    [one] توقيع واحد
    [two] توقيعان
    [few] { $count } توقيعات
    [many] { $count } توقيعًا
   *[other] { $count } توقيع
}
delivery-as-of = حتى {"\u200E"}{ $time }{"\u200E"} (UTC)
delivery-range = { $strikes ->
    [one] هذا العدد حدّ أدنى. شُطب قيد واحد من قائمة صناديق البريد المؤكدة، ولا يستطيع أحد معرفة إن كان صاحبه قد وقّع، ولذلك يُطرح: هناك { $count } توقيعًا على الأقل و{ $ceiling } على الأكثر.
   *[other] هذا العدد حدّ أدنى. عدد القيود المشطوبة من قائمة صناديق البريد المؤكدة { $strikes-text }، ولا يستطيع أحد معرفة إن كان أصحابها قد وقّعوا، ولذلك تُطرح كلها: هناك { $count } توقيعًا على الأقل و{ $ceiling } على الأكثر.
}
delivery-how-title = ما الذي عُدّ وكيف
delivery-how-mailbox = كل توقيع يقابل صندوق بريد واحدًا أُكّد برابط أُرسل إليه. عدد الصناديق المؤكدة { $roll }، ولكل صندوق توقيع واحد.
delivery-how-secret = من وقّع سرّ حتى على المنظِّم وعلى الخدمة. لا يمكن الربط بين الصناديق والتوقيعات، ولا تعرفون إلا من اختار أن يظهر لكم.
delivery-how-back = { $withdrawals ->
    [0] لم يسحب أحد توقيعه.
    [one] سُحب توقيع واحد، وهو غير محسوب.
   *[other] عدد التوقيعات المسحوبة { $withdrawals-text }، وهي غير محسوبة.
}
delivery-how-public = القائمتان علنيتان ولا يمكن إلا أن تزيدا. يستطيع أي شخص إعادة العدّ من القيد الأول ويصل إلى العدد نفسه.
delivery-how-signed = وقّع المنظِّم هذا العدد بالمفتاح المذكور في العريضة، والملف يثبته من السجل العام.
delivery-check-title = تحققوا بأنفسكم
delivery-check-open = افتحوا check.html المرفق بهذه الرسالة. يعمل دون شبكة ويعرض كل خطوة من الإثبات.
delivery-check-code = أو اتبعوا هذا العنوان إلى السجل العام للعريضة، بالرمز أو كتابةً:
delivery-check-hash = يذكر السجل الشهادة بهذا الرقم (SHA-256). إن اختلف رقمكم فالرسالة ليست عن ذلك العدد:
delivery-qr = رمز QR فيه عنوان السجل العام
delivery-page = صفحة { $page } من { $pages }

# check.html
delivery-html-title = التحقق من هذه العريضة
delivery-html-lead = تتحقق هذه الصفحة، على جهازك ودون شبكة، مما سُلِّم إليك.
delivery-html-script = تحتاج هذه الصفحة إلى JavaScript لتتحقق من الملفات. من دونه يقوم الأمر "undersigned verify attestation.txt" بالأمر نفسه.
delivery-html-working = جارٍ التحقق…
delivery-html-good = التحقق صحيح
delivery-html-good-text = كان في السجل العام هذا العدد في ذلك الوقت، والمنظِّم يقول ذلك.
delivery-html-bad = التحقق غير صحيح
delivery-html-bad-text = غُيّر شيء في هذا الملف، أو لم يصنعه المنظِّم. لا تعتمد عليه. اسأل المنظِّم أو راجع السجل العام.
delivery-html-unable = لا يستطيع هذا المتصفح التحقق من الملف
delivery-html-unable-text = تنقصه خوارزميات التشفير اللازمة للتحقق. افتح الصفحة في متصفح حديث.
delivery-html-step-read = يمكن قراءة الملف
delivery-html-step-manifest = هو عن هذه العريضة: نصّها يعطي بالضبط الرقم الذي هو اسمها
delivery-html-step-organiser = مفتاح المنظِّم المذكور في العريضة وقّع العدد
delivery-html-step-journal = العدد مذكور في اليومية العامة، موقَّعًا بمفاتيحها
delivery-html-step-numbers = كل رقم ينتج من قيد اليومية
delivery-html-held = صحيح
delivery-html-failed = غير صحيح
delivery-html-open = لم يُتحقق منه
delivery-html-reason = ما وُجد
delivery-html-signatures = توقيعات
delivery-html-between = { "{$count}" } على الأقل، { "{$ceiling}" } على الأكثر
delivery-html-moment = حتى
delivery-html-organiser = المنظِّم
delivery-html-recipients = موجهة إلى
delivery-html-id = رقم العريضة
delivery-html-digest = الشهادة (SHA-256)
delivery-html-letter = الرسالة
delivery-html-limits-title = ما يثبته هذا وما لا يثبته
delivery-html-limits = يثبت أن السجل العام كانت له هذه الأحجام في ذلك الوقت. وهو يثق بالمفاتيح المذكورة في العريضة نفسها: قارن رقم العريضة أعلاه بالرقم الذي يعرضه المنظِّم أو السجل العام. أما أن الجميع يرون السجل نفسه فيراقبه المدققون والشهود؛ والأمر "undersigned audit" يعيد العدّ من القيد الأول.

# README.txt
delivery-readme-intro = سُلِّم هذا المجلد من أجل العريضة «{ $title }» التي ينظمها { $organiser }.
delivery-readme-count = كان عدد توقيعاتها: { $count } حتى {"\u200E"}{ $time }{"\u200E"} (UTC).
delivery-readme-files = محتوياته:
delivery-readme-pdf = الرسالة والعدد وكيف نتج؛ للقراءة والحفظ
delivery-readme-text = الرسالة نصًّا مجردًا بكل لغاتها
delivery-readme-html = افتحه في أي متصفح: يتحقق من العدد بنفسه دون شبكة
delivery-readme-attestation = العدد موقَّعًا من المنظِّم، مع إثباته
delivery-readme-pack = الشيء نفسه للبرامج، مع نص العريضة كما هو
delivery-readme-csv = من اختاروا أن يظهروا لكم: الاسم والمنطقة والتعليق. هذه بيانات شخصية: لا تستخدموها إلا لهذا الغرض، واحذفوها حين تنتهون.
delivery-readme-check = للتحقق ببرنامج تختارونه انظروا المواصفة المرفقة ببرنامج undersigned، أو شغّلوا: undersigned verify attestation.txt
delivery-readme-record = السجل العام: {"\u200E"}{ $url }{"\u200E"}

# الرسالة الإلكترونية التي تحمله.
delivery-mail-subject = { $count } على: { $title }
delivery-mail-text = يسلّمكم { $organiser } العريضة «{ $title }». كان عدد توقيعاتها: { $count } حتى {"\u200E"}{ $time }{"\u200E"} (UTC).
delivery-mail-attached = كل شيء في الملف المرفق: الرسالة، والعدد مع إثباته، وصفحة تتحقق منه بنفسها.
delivery-mail-linked = كل شيء في ملف واحد أكبر من أن يُرسل بالبريد: الرسالة، والعدد مع إثباته، وصفحة تتحقق منه بنفسها. يمكنكم تنزيله من هنا حتى {"\u200E"}{ $until }{"\u200E"} (UTC):
delivery-page-title = حزمة التسليم
delivery-page-lead = لمن وُجّهت إليهم هذه العريضة: الرسالة، والعدد مع إثباته، وصفحة تتحقق منه بنفسها، في ملف واحد حجمه بالميغابايت: { $size }.
delivery-page-names = قد تذكر أسماء من اختاروا أن يظهروا لمن وُجّهت إليهم العريضة، لا لغيرهم.
delivery-page-until = يعمل الرابط حتى {"\u200E"}{ $until }{"\u200E"} (UTC).
delivery-page-button = نزّل petition.zip
delivery-csv-name = الاسم
delivery-csv-region = المنطقة
delivery-csv-comment = التعليق
