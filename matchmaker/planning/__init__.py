"""Planning 排程: who meets whom, when and where; pure, by OR-Tools, without a database."""
