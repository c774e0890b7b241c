# Reads mails with SpamAssassin's own parser and judges them by its local rules alone: one line of JSON for each file.
use strict;
use warnings;
use JSON::PP;
use Mail::SpamAssassin;

# What it has decoded to characters, and what it has left as octets, both as octets.
sub octets { my $text = shift; utf8::encode($text) if utf8::is_utf8($text); return $text; }

my $judge = Mail::SpamAssassin->new({ local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => '/dev/null' });
for my $path (@ARGV) {
    open(my $file, '<:raw', $path) or die "$path: $!";
    my $raw = do { local $/; <$file> };
    my $mail = $judge->parse($raw);
    my $status = $judge->check($mail);
    my %parts = map { $_->{type} => octets(scalar $_->decode()) } $mail->find_parts(qr/^text\//, 1);
    print JSON::PP->new->latin1->canonical->encode({
        path => $path,
        subject => octets(scalar $mail->header('Subject')),
        headers => [map { (split /:/, $_, 2)[0] } grep { /^\S/ } split /\n/, $mail->get_pristine_header()],
        parts => \%parts,
        score => 0 + $status->get_score(),
        rules => [split /,/, $status->get_names_of_tests_hit()],
    }), "\n";
    $status->finish();
    $mail->finish();
}
