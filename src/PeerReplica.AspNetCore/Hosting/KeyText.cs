using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace PeerReplica.AspNetCore.Hosting;

/// <summary>
/// Keys that end users choose, as keys of a map. A key that is long, or is no valid text, becomes the SHA-256 of its characters: every instance finds the same,
/// nobody can find two such keys that are equal, and no user can make the app fail by a key.
/// </summary>
internal static class KeyText
{
    private const char Mark = '\u0001';
    private const int MaxBytes = 256;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Of(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return IsShortText(key) ? key : Mark + Base64Url.EncodeToString(SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan())));
    }

    private static bool IsShortText(string key)
    {
        if (key.Length > MaxBytes || key.StartsWith(Mark)) return false;
        if (Ascii.IsValid(key)) return true;
        try
        {
            return s_strict.GetByteCount(key) <= MaxBytes;
        }
        catch (EncoderFallbackException)
        {
            // Half of a surrogate pair: no replica could be sent that.
            return false;
        }
    }
}
