"""What is kept between runs because making it again takes time."""
