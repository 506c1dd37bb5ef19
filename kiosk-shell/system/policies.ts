/**
 * Chromium's managed policies on this machine (`/etc/chromium/policies/managed/kabina.json`). README.md
 * has a table that says of each why it is there; a test holds the two together, and Chromium itself
 * is asked whether it knows and accepts every one.
 */
import { originOf, pageOf, type MachineConfig, type UsbId } from './config.ts';
import { printsPages } from './printing.ts';

/** HID Usage Tables 1.5, ch. 14: the bar code scanner page, and a scanner's collection on it. */
const SCANNER_PAGE = 0x8c;
const SCANNER_USAGE = 0x02;

/** Of Chromium's content settings. */
const BLOCK = 2;

export type Policies = Readonly<Record<string, unknown>>;

/** Where pages may put files: the technician's stick, and nothing while none is plugged in. */
export const STICK = '/run/kabina-stick';

export function policiesFor(config: MachineConfig): Policies {
  const origin = originOf(config);
  return {
    ...storage(config),
    ...devices(config),
    ...printing(config),

    // Where the browser may go.
    URLBlocklist: ['*'],
    // A page's own bytes, on the way to the technician's stick; nobody else can make such an address.
    URLAllowlist: [origin, 'blob:*'],
    DefaultPopupsSetting: BLOCK,
    DefaultSearchProviderEnabled: false,
    SearchSuggestEnabled: false,
    AlternateErrorPagesEnabled: false,
    BookmarkBarEnabled: false,
    EditBookmarksEnabled: false,
    ImportBookmarks: false,
    WebAppInstallByUserEnabled: false,
    ProxySettings: { ProxyMode: 'direct' },
    DnsOverHttpsMode: 'off',

    // Ways out of the page.
    DeveloperToolsAvailability: 2,
    RemoteDebuggingAllowed: false,
    AllowFileSelectionDialogs: false,
    DownloadDirectory: STICK,
    PromptForDownloadLocation: false,
    IncognitoModeAvailability: 1,
    BrowserGuestModeEnabled: false,
    BrowserAddPersonEnabled: false,
    TaskManagerEndProcessEnabled: false,
    ExtensionInstallBlocklist: ['*'],
    BlockExternalExtensions: true,
    BrowserLabsEnabled: false,
    AllowDinosaurEasterEgg: false,

    // What it would keep of a person, or send about them.
    SavingBrowserHistoryDisabled: true,
    PasswordManagerEnabled: false,
    AutofillAddressEnabled: false,
    AutofillCreditCardEnabled: false,
    PaymentMethodQueryEnabled: false,
    TranslateEnabled: false,
    SpellcheckEnabled: false,
    BrowserSignin: 0,
    SyncDisabled: true,
    MetricsReportingEnabled: false,
    UrlKeyedAnonymizedDataCollectionEnabled: false,
    DomainReliabilityAllowed: false,
    FeedbackSurveysEnabled: false,
    UserFeedbackAllowed: false,
    SafeBrowsingProtectionLevel: 0,
    BuiltInAIAPIsEnabled: false,
    GenAILocalFoundationalModelSettings: 1,

    // What it would do of its own accord.
    ComponentUpdatesEnabled: false,
    BackgroundModeEnabled: false,
    NetworkPredictionOptions: 2,
    BrowserNetworkTimeQueriesEnabled: false,
    ChromeVariations: 2,
    EnableMediaRouter: false,
    QuicAllowed: false,
    PromotionsEnabled: false,
    DefaultBrowserSettingEnabled: false,
    HighEfficiencyModeEnabled: false,
    SuppressUnsupportedOSWarning: true,
    AutoplayAllowed: false,
    AutoplayAllowlist: [origin],
  };
}

/**
 * `navigator.storage.persist()` has no policy of its own and nobody is asked: Chromium grants it to
 * sites that matter to the person, and a site with a bookmark does. A managed bookmark is there from
 * the first start of a new profile, with no line. Cookies must be kept for it to be granted at all
 * (`DurableStoragePermissionContext::DecidePermission`).
 */
function storage(config: MachineConfig): Policies {
  return {
    ManagedBookmarks: [{ toplevel_name: 'Kabina' }, { name: 'Kabina', url: pageOf(config) }],
    DefaultCookiesSetting: BLOCK,
    CookiesAllowedForUrls: [originOf(config)],
    BlockThirdPartyCookies: true,
    AllowDeletingBrowserHistory: false,
  };
}

/** On paper, from a desk without a receipt printer; never into a file. */
function printing(config: MachineConfig): Policies {
  return {
    PrintingEnabled: printsPages(config),
    PrinterTypeDenyList: ['extension', 'pdf'],
    PrintPreviewUseSystemDefaultPrinter: true,
    PrintHeaderFooter: false,
  };
}

const numbers = ({ vendor, product }: UsbId) => ({ vendor_id: vendor, product_id: product });

/** What pages reach without a question; a person is never shown a chooser. */
function devices(config: MachineConfig): Policies {
  const urls = [originOf(config)];
  return {
    WebHidAllowDevicesWithHidUsagesForUrls: [
      { urls, usages: [{ usage_page: SCANNER_PAGE, usage: SCANNER_USAGE }] },
    ],
    WebUsbAllowDevicesForUrls:
      config.printers.length === 0 ? [] : [{ urls, devices: config.printers.map(numbers) }],
    DefaultWebHidGuardSetting: BLOCK,
    DefaultWebUsbGuardSetting: BLOCK,
    DefaultSerialGuardSetting: BLOCK,
    DefaultWebBluetoothGuardSetting: BLOCK,
    DefaultSensorsSetting: BLOCK,
    DefaultGeolocationSetting: BLOCK,
    DefaultNotificationsSetting: BLOCK,
    DefaultClipboardSetting: BLOCK,
    DefaultLocalFontsSetting: BLOCK,
    DefaultIdleDetectionSetting: BLOCK,
    DefaultWindowManagementSetting: BLOCK,
    DefaultFileSystemReadGuardSetting: BLOCK,
    DefaultFileSystemWriteGuardSetting: BLOCK,
    DefaultJavaScriptSetting: BLOCK,
    JavaScriptAllowedForUrls: urls,
    AudioCaptureAllowed: false,
    VideoCaptureAllowed: false,
    ScreenCaptureAllowed: false,
    Disable3DAPIs: true,
    DefaultInsecureContentSetting: BLOCK,
  };
}
