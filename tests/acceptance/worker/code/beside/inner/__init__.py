RIVER = "Tiber"
