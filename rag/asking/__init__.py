"""Questions: the forms they come in, several at once, made to stand alone, put in other words, searched for."""
