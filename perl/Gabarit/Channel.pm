package Gabarit::Channel;

# Messages are lists of byte strings, each with its length before it, and so is the whole.
use strict;
use warnings;
use POSIX ();
use Gabarit::Databases;

my ($requests, $answers, $worker);

# From now on, the standard streams are those of fragments: what their commands print goes to standard error.
sub open_streams {
    $worker = $$;
    open $requests, '<&', \*STDIN  or die "cannot take over the requests: $!\n";
    open $answers,  '>&', \*STDOUT or die "cannot take over the answers: $!\n";
    open STDIN,     '<', '/dev/null' or die "/dev/null: $!\n";
    open STDOUT,    '>&', \*STDERR or die "cannot open standard output: $!\n";
}

sub pack_words { return pack '(N/a*)*', map { bytes_of($_) } @_ }
sub unpack_words { return unpack '(N/a*)*', $_[0] }

# As print writes it.
sub bytes_of {
    my $text = "$_[0]";
    utf8::downgrade($text, 1) or utf8::encode($text);
    return $text;
}

sub send_words {
    # A fragment has forked, and this is the other process: its exec() has failed.
    POSIX::_exit(1) if $$ != $worker;
    my $message = pack 'N/a*', pack_words(@_);
    while (length $message) {
        my $written = syswrite $answers, $message;
        POSIX::_exit(1) unless defined $written;
        substr $message, 0, $written, '';
    }
}

sub receive_words { return unpack_words(take(unpack 'N', take(4))) }

sub take {
    my ($wanted) = @_;
    my $bytes = '';
    while (length $bytes < $wanted) {
        my $read = sysread $requests, $bytes, $wanted - length $bytes, length $bytes;
        # gabarit has ended.
        POSIX::_exit(0) unless $read;
    }
    return $bytes;
}

# As the source of Gabarit::Databases.
sub load {
    my ($class, $name) = @_;
    my ($verb, $exists, $records) = ask('database', $name);
    return $exists ? { unpack_words($records) } : undef;
}

sub change {
    my ($class, $name, @words) = @_;
    my ($verb, $problem) = ask('change', @words);
    die "$problem\n" if length $problem;
}

# Asks gabarit something. While it finds the answer, it may have fragments to expand.
sub ask {
    send_words(@_);
    while (1) {
        my @answer = serve();
        return @answer if @answer;
    }
}

# Does what the next message says. Returns it if it is an answer.
sub serve {
    my ($verb, @words) = receive_words();
    if ($verb eq 'expand') {
        send_words(Gabarit::Fragment::expand(@words));
        return;
    }
    if ($verb eq 'forget') {
        Gabarit::Databases::forget();
        return;
    }
    return ($verb, @words);
}

1;
