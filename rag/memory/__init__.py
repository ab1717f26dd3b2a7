"""What is kept between questions: conversations, and answers given before."""
