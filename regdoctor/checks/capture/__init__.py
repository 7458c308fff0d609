"""What a recording of traffic brings about itself, or cannot show."""
