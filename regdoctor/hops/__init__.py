"""What `regdoctor hops` says of what it saw: the one sentence, the picture and the document."""
