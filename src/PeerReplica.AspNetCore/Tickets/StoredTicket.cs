using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Authentication;

namespace PeerReplica.AspNetCore.Tickets;

/// <summary>
/// A login as it is replicated: a byte with the form's version, the user (text with its length), the generation of the user's logins (text with its
/// length), and the ticket in the framework's own form.
/// </summary>
internal readonly record struct StoredTicket(string User, string Generation, ReadOnlyMemory<byte> Ticket)
{
    private const byte Version = 1;

    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Version);
        writer.Write(User);
        writer.Write(Generation);
        writer.Write(Ticket.Span);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads what an instance wrote; <see langword="false"/> if it is of another version, or is broken.</summary>
    public static bool TryDecode(byte[] bytes, out StoredTicket stored)
    {
        stored = default;
        if (bytes is not [Version, ..]) return false;
        try
        {
            using var stream = new MemoryStream(bytes, writable: false);
            using var reader = new BinaryReader(stream, Encoding.UTF8);
            reader.ReadByte();
            stored = new StoredTicket(reader.ReadString(), reader.ReadString(), bytes.AsMemory((int)stream.Position));
            return true;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return false;
        }
    }

    public bool TryRead([NotNullWhen(true)] out AuthenticationTicket? ticket)
    {
        try
        {
            ticket = TicketSerializer.Default.Deserialize(Ticket.ToArray());
            return ticket is not null;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException or InvalidOperationException)
        {
            ticket = null;
            return false;
        }
    }
}
