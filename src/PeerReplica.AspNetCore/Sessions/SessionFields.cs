using System.Text;

namespace PeerReplica.AspNetCore.Sessions;

/// <summary>
/// The keys of a session with their last writes, as they are replicated. The form: a byte with the version, the number of keys, and for each key, in ordinal order, its name
/// (text with its length), its stamp, whether it has a value, and the value with its length. Equal contents have equal bytes.
/// </summary>
internal sealed class SessionFields
{
    private const byte Version = 1;

    private readonly SortedDictionary<string, SessionField> _fields = new(StringComparer.Ordinal);

    /// <summary>The keys that have a value, with it.</summary>
    public IEnumerable<KeyValuePair<string, byte[]>> Values =>
        _fields.Where(f => f.Value.Value is not null).Select(f => KeyValuePair.Create(f.Key, f.Value.Value!));

    /// <summary>The greatest stamp; 0 if there is none.</summary>
    public long LastStamp => _fields.Count == 0 ? 0 : _fields.Values.Max(f => f.Stamp);

    /// <summary>Merges what several instances wrote at the same time.</summary>
    /// <exception cref="FormatException">One of them cannot be read here.</exception>
    public static SessionFields Merge(IReadOnlyList<byte[]> values)
    {
        var merged = new SessionFields();
        foreach (var value in values) merged.Add(value);
        return merged;
    }

    /// <summary>Writes a key over what is here.</summary>
    public void Set(string name, SessionField field) => _fields[name] = field;

    /// <summary>Forgets removals before a stamp: what they removed has expired everywhere.</summary>
    public void ForgetRemovals(long before)
    {
        foreach (var name in _fields.Where(f => f.Value is { Value: null } field && field.Stamp < before).Select(f => f.Key).ToArray()) _fields.Remove(name);
    }

    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Version);
        writer.Write7BitEncodedInt(_fields.Count);
        foreach (var (name, field) in _fields)
        {
            writer.Write7BitEncodedInt(name.Length);
            foreach (var letter in name) writer.Write7BitEncodedInt(letter);
            writer.Write7BitEncodedInt64(field.Stamp);
            writer.Write(field.Value is not null);
            if (field.Value is null) continue;
            writer.Write7BitEncodedInt(field.Value.Length);
            writer.Write(field.Value);
        }

        writer.Flush();
        return stream.ToArray();
    }

    private void Add(byte[] bytes)
    {
        try
        {
            using var stream = new MemoryStream(bytes, writable: false);
            using var reader = new BinaryReader(stream, Encoding.UTF8);
            if (reader.ReadByte() is var version && version != Version) throw new FormatException($"The session is of version {version}; this instance reads version {Version}.");
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--) AddField(reader, bytes.Length);
        }
        catch (EndOfStreamException e)
        {
            throw new FormatException("The session ends too early.", e);
        }
    }

    private void AddField(BinaryReader reader, int most)
    {
        var name = new StringBuilder();
        for (var left = LengthOf(reader, most); left > 0; left--) name.Append((char)reader.Read7BitEncodedInt());
        var stamp = reader.Read7BitEncodedInt64();
        var value = reader.ReadBoolean() ? new byte[LengthOf(reader, most)] : null;
        if (value is not null) reader.BaseStream.ReadExactly(value);
        var field = new SessionField(stamp, value);
        if (!_fields.TryGetValue(name.ToString(), out var known) || field.Supersedes(known)) _fields[name.ToString()] = field;
    }

    private static int LengthOf(BinaryReader reader, int most)
    {
        var length = reader.Read7BitEncodedInt();
        return length >= 0 && length <= most ? length : throw new FormatException($"The session holds a length of {length}; it has {most} bytes in all.");
    }
}
