package Gabarit::Pieces;

# Runs the code of a fragment. It sees the lexical variables above it, so this comes first and there is only $OUT.
sub run {
    my $OUT;
    my $value = eval $_[0];
    die $@ if $@;
    $value = $OUT if defined $OUT;
    return defined $value ? "$value" : '';
}

use strict;
use warnings;

# The pieces of a fragment by the rules of Text::Template(3pm): [is a program, text, line where it begins].
# Braces are counted; one with a backslash before it is an ordinary character, also in a program.
sub split_fragment {
    my ($source) = @_;
    my @pieces;
    my ($depth, $line, $begin, $text) = (0, 1, 1, '');
    my $end = sub {
        push @pieces, [ $_[0], $text, $begin ] if $text ne '';
        ($text, $begin) = ('', $line);
    };
    for my $token (split /(\\\\(?=\\*[{}])|\\[{}]|[{}\n])/, $source) {
        if ($token eq '{') {
            if ($depth++) { $text .= $token }
            else          { $end->(0) }
        }
        elsif ($token eq '}') {
            die unmatched($line, 'this closing brace has no opening one') if --$depth < 0;
            if   ($depth) { $text .= $token }
            else          { $end->(1) }
        }
        elsif ($token eq "\n") {
            $text .= $token;
            $line++;
        }
        else { $text .= $token =~ /^\\([\\{}])$/ && length $token == 2 ? $1 : $token }
    }
    die unmatched($begin, 'the program that begins here has no closing brace') if $depth;
    $end->(0);
    return @pieces;
}

sub unmatched {
    my ($line, $message) = @_;
    return "$message at $Gabarit::Fragment::file line $line.\n";
}

1;
