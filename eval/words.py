"""What the report's first page says, in English and Swedish, for people who are no engineers."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LANGUAGES", "WORDS"]

LANGUAGES = ("en", "sv")

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "What is it worth, and where does it fail?",
        "measured": "{name} judged {rows} looks at {rooms} rooms whose truth is known.",
        "lost": "{failed} pictures could not be judged and {skipped} rows were left out;"
        " they are in report.json.",
        "of_hundred": "of 100",
        "between": "between {low} and {high}, as far as these rooms can tell",
        "no_interval": "too few rooms to say how far off this may be",
        "never_measured": "Not measured: no such pictures in this set.",
        "n": "{n} looks, {units} {unit}",
        "unit_room": "rooms",
        "unit_scene": "beds",
        "missed_absence": "empty beds were called “in bed”",
        "missed_absence_why": "The dangerous error: nobody drives out, though somebody may lie on"
        " the floor.",
        "wrong_call_out": "looks at residents in bed did not say “in bed”",
        "wrong_call_out_why": "If a second look agrees, somebody drives for nothing.",
        "covered_seen": "hidden beds were noticed",
        "covered_seen_why": "The lens was covered or turned, or something stood in the way. Night"
        " staff put it right.",
        "low_contrast_seen": "pictures with too little contrast were noticed",
        "low_contrast_seen_why": "Too dark, or bedding and clothes alike. The administrator"
        " changes light or bedding.",
        "certain": "looks at beds that can be seen were answered with certainty",
        "certain_why": "All others go to a second look and then to a person. Hidden beds and"
        " pictures with too little contrast are not counted here.",
        "none_certain": "Of beds that can be seen, empty or not, no answer was certain. Use it"
        " only where a person takes every decision. Hidden beds and pictures with too little"
        " contrast are not counted here; of those it may be certain.",
        "few_looks": "too few looks to tell",
        "counted": "({k} of {n})",
        "span": "{low} to {high}",
        "year": "A year in a town",
        "year_intro": "{residents} residents, {supervisions} supervisions a night, played"
        " {years} times from these looks. A wrong first look is wrong again at the second"
        " {repeat} times of 100 ({how}).",
        "how_measured": "measured on pictures of the same bed",
        "how_assumed": "assumed: these pictures cannot tell",
        "how_given": "as chosen",
        "how_independent": "as often as a first one",
        "year_caution": "These looks are a test set, often harder than a home, and the operator"
        " is taken to be always right. The figures compare rules; they are no forecast."
        " What stands in brackets is where 95 of 100 played years lie; it knows nothing of how"
        " few the looks are.",
        "policy": "rule",
        "wrong_call_outs_per_year": "needless visits a year",
        "missed_share_of_absences": "absences missed",
        "visits_saved_share": "visits saved",
        "operator_asked_per_night": "questions to the operator a night",
        "second look, operator asked": "second look, then the operator (the routine)",
        "second look for hidden beds too": "second look for hidden beds too",
        "no second look": "no second look",
        "every in_bed believed": "every “in bed” is believed",
        "beside": "Beside others",
        "beside_intro": "The same looks, judged by other methods. They cannot say that they do"
        " not see the bed.",
        "ours": "this detector",
        "who": "who",
        "auc": "order right (AUC)",
        "hears": "How sure is that?",
        "hears_text": "To show that errors are rarer than one in a thousand takes {needed} looks"
        " at different homes without one error. This set holds {rooms} rooms. Looks at the same"
        " bed count as one, since it is judged alike night after night.",
        "worst": "Where it is worst",
        "rest": "elsewhere {rest}",
        "wrong_in_bed": "of residents in bed were not seen to be",
        "wrong_not_in_bed": "of empty beds were called “in bed”",
        "wrong_obstructed": "of hidden beds were not noticed",
        "wrong_low_contrast": "of pictures with too little contrast were not noticed",
        "by_source": "from",
        "by_light": "light",
        "by_modality": "camera",
        "by_view": "camera's place",
        "by_certainty": "how sure the label is",
        "by_kind": "spoilt by",
        "by_bed size (share of picture)": "the bed's share of the picture",
        "by_brightness of the bed": "brightness of the bed (0 to 255)",
        "by_brightness": "brightness (0 to 255)",
        "by_detectability": "contrast against noise",
        "value_ir": "infrared",
        "value_rgb": "colour",
        "third_under": "under",
        "third_over": "over",
        "third_to": "to",
        "no_slices": "No part of the set is worse than the rest beyond chance.",
        "few_for_slices": "Too few pictures to tell whether any part of the set is worse.",
        "details": "For engineers",
    },
    "sv": {
        "title": "Vad är den värd, och var slår den fel?",
        "measured": "{name} bedömde {rows} tillsyner i {rooms} rum där svaret är känt.",
        "lost": "{failed} bilder kunde inte bedömas och {skipped} rader utelämnades;"
        " de står i report.json.",
        "of_hundred": "av 100",
        "between": "mellan {low} och {high}, så långt de här rummen kan säga",
        "no_interval": "för få rum för att säga hur fel detta kan vara",
        "never_measured": "Inte mätt: det finns inga sådana bilder i materialet.",
        "n": "{n} tillsyner, {units} {unit}",
        "unit_room": "rum",
        "unit_scene": "sängar",
        "missed_absence": "tomma sängar bedömdes som ”i sängen”",
        "missed_absence_why": "Det farliga felet: ingen åker ut, fast någon kan ligga på golvet.",
        "wrong_call_out": "tillsyner av kunder i sängen gav inte svaret ”i sängen”",
        "wrong_call_out_why": "Om en andra tillsyn ger samma svar åker någon i onödan.",
        "covered_seen": "skymda sängar upptäcktes",
        "covered_seen_why": "Linsen var täckt eller vriden, eller något stod i vägen."
        " Nattpersonalen rättar till det.",
        "low_contrast_seen": "bilder med för liten kontrast upptäcktes",
        "low_contrast_seen_why": "För mörkt, eller så liknar sängkläder och kläder varandra."
        " Administratören ändrar ljus eller sängkläder.",
        "certain": "tillsyner av sängar som syns besvarades säkert",
        "certain_why": "Alla andra får en andra tillsyn och går sedan till en människa. Skymda"
        " sängar och bilder med för liten kontrast räknas inte här.",
        "none_certain": "Av sängar som syns, tomma eller inte, fick ingen ett säkert svar. Använd"
        " den bara där en människa fattar varje beslut. Skymda sängar och bilder med för liten"
        " kontrast räknas inte här; om dem kan den vara säker.",
        "few_looks": "för få tillsyner för att säga",
        "counted": "({k} av {n})",
        "span": "{low} till {high}",
        "year": "Ett år i en kommun",
        "year_intro": "{residents} kunder, {supervisions} tillsyner per natt, spelade {years}"
        " gånger utifrån de här bilderna. En felaktig första tillsyn är fel även den andra"
        " gången i {repeat} fall av 100 ({how}).",
        "how_measured": "mätt på bilder av samma säng",
        "how_assumed": "antaget: bilderna kan inte säga det",
        "how_given": "så valt",
        "how_independent": "lika ofta som en första",
        "year_caution": "Bilderna är ett provmaterial, ofta svårare än ett hem, och operatören"
        " antas alltid ha rätt. Siffrorna jämför regler; de är ingen prognos."
        " Inom parentes står var 95 av 100 spelade år ligger; det säger inget om hur få bilderna"
        " är.",
        "policy": "regel",
        "wrong_call_outs_per_year": "onödiga besök per år",
        "missed_share_of_absences": "missade frånvaron",
        "visits_saved_share": "sparade besök",
        "operator_asked_per_night": "frågor till operatören per natt",
        "second look, operator asked": "andra tillsyn, sedan operatören (rutinen)",
        "second look for hidden beds too": "andra tillsyn även när sängen är skymd",
        "no second look": "ingen andra tillsyn",
        "every in_bed believed": "varje ”i sängen” godtas",
        "beside": "Bredvid andra",
        "beside_intro": "Samma bilder, bedömda med andra metoder. De kan inte säga att de inte"
        " ser sängen.",
        "ours": "den här detektorn",
        "who": "vem",
        "auc": "rätt ordning (AUC)",
        "hears": "Hur säkert är det?",
        "hears_text": "För att visa att felen är färre än ett på tusen krävs {needed} tillsyner i"
        " olika hem utan ett enda fel. Materialet har {rooms} rum. Bilder av samma säng räknas"
        " som en, eftersom den bedöms likadant natt efter natt.",
        "worst": "Var den är sämst",
        "rest": "annars {rest}",
        "wrong_in_bed": "av kunder i sängen sågs inte vara där",
        "wrong_not_in_bed": "av tomma sängar bedömdes som ”i sängen”",
        "wrong_obstructed": "av skymda sängar upptäcktes inte",
        "wrong_low_contrast": "av bilder med för liten kontrast upptäcktes inte",
        "by_source": "från",
        "by_room": "rum",
        "by_posture": "ställning",
        "by_cover": "täcke",
        "by_light": "ljus",
        "by_modality": "kamera",
        "by_view": "kamerans plats",
        "by_certainty": "hur säkert facit är",
        "by_kind": "försämrad genom",
        "by_bed size (share of picture)": "sängens andel av bilden",
        "by_share of bed seen": "andel av sängen som syns",
        "by_share of person seen": "andel av personen som syns",
        "by_brightness of the bed": "sängens ljushet (0 till 255)",
        "by_brightness": "ljushet (0 till 255)",
        "by_noise": "brus",
        "by_blur": "oskärpa",
        "by_detectability": "kontrast mot brus",
        "value_ir": "infrarött",
        "value_rgb": "färg",
        "value_sitting up": "sittande",
        "value_lying": "liggande",
        "value_edge": "på sängkanten",
        "third_under": "under",
        "third_over": "över",
        "third_to": "till",
        "no_slices": "Ingen del av materialet är sämre än resten utöver slumpen.",
        "few_for_slices": "För få bilder för att säga om någon del av materialet är sämre.",
        "details": "För ingenjörer (på engelska)",
    },
}
