namespace PeerReplica.Replication;

/// <summary>
/// The total order of addresses by which the first replica of a cluster is found: by characters, but runs of digits by their number, so that
/// <c>10.0.0.9:7400</c> stands before <c>10.0.0.10:7400</c> and <c>shop-2</c> before <c>shop-10</c>.
/// </summary>
internal static class AddressOrder
{
    public static int Compare(string a, string b)
    {
        var (i, j) = (0, 0);
        while (i < a.Length && j < b.Length)
        {
            if (!char.IsAsciiDigit(a[i]) || !char.IsAsciiDigit(b[j]))
            {
                var order = char.ToLowerInvariant(a[i]).CompareTo(char.ToLowerInvariant(b[j]));
                if (order != 0) return order;
                i++;
                j++;
                continue;
            }

            var x = Digits(a, ref i);
            var y = Digits(b, ref j);
            var byNumber = x.Length != y.Length ? x.Length.CompareTo(y.Length) : x.SequenceCompareTo(y);
            if (byNumber != 0) return byNumber;
        }

        return (a.Length - i).CompareTo(b.Length - j);
    }

    /// <summary>A run of digits without the zeros before it.</summary>
    private static ReadOnlySpan<char> Digits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return text.AsSpan(start, at - start).TrimStart('0');
    }
}
