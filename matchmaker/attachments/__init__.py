"""Files beside a problem or achievement: checked by their bytes, their text, classification marks."""
